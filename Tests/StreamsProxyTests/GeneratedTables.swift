import HTTPCore
import StreamsProxy

/// The tables of the documents that are made from what the code declares. In a document a table stands between
/// `<!-- generated: NAME -->` and `<!-- end -->`; `make documents` writes it there.
enum GeneratedTables {
    /// All there are. A further one is a line here and the two marks in a document.
    static let all: [String: @Sendable () -> [String]] = [
        "errors": errors,
        "error-codes": errorCodes,
        "log-reasons": { words(RefusalReason.allCases.filter { $0 != .none }.map { ($0.word, $0.meaning) }) },
        "log-ends": { words(ExchangeEnd.allCases.map { ($0.word, $0.meaning) }) },
        "http-rules": rules,
        "overload-limits": { words(Overload.allCases.map { ($0.code, $0.advice.description) }) },
    ]

    /// By code, then by status.
    private static let kinds = ErrorKind.allCases.sorted { ($0.code, $0.status) < ($1.code, $1.status) }

    private static func statuses(_ kind: ErrorKind) -> String {
        kind.statuses.map(String.init).joined(separator: ", ")
    }

    private static func errors() -> [String] {
        table(["error_code", "status", "it means"], kinds.map { ["\($0.code)", statuses($0), $0.meaning] })
    }

    private static func errorCodes() -> [String] {
        table(
            ["error_code", "status", "`desc`", "it means", "what to do"],
            kinds.map { ["\($0.code)", statuses($0), $0.summary.description, $0.meaning, $0.advice] })
    }

    private static func rules() -> [String] {
        table(
            ["rule", "status", "what is wrong"],
            MessageError.allCases.map { ["`\($0.code)`", "\($0.status)", $0.reason.description] })
    }

    private static func words(_ rows: [(StaticString, String)]) -> [String] {
        table(["word", "it means"], rows.map { ["`\($0)`", $1] })
    }

    static func table(_ heads: [String], _ rows: [[String]]) -> [String] {
        ([heads] + [heads.map { _ in "---" }] + rows).map { cells in
            cells.allSatisfy { $0 == "---" }
                ? "|" + cells.joined(separator: "|") + "|" : "| " + cells.joined(separator: " | ") + " |"
        }
    }
}
