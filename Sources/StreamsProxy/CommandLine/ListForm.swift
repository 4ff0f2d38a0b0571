internal import Glibc

/// How `account list` and `token list` show what they found.
package enum ListForm: Sendable {
    /// For programs: one line.
    case json
    /// For eyes.
    case table

    /// A table on a terminal, JSON for whoever reads a pipe or a file.
    package static var standard: ListForm { isatty(STDOUT_FILENO) == 1 ? .table : .json }

    /// Columns of equal width, the last as long as it is; nothing in a cell moves a terminal.
    static func table(_ titles: [String], _ rows: [[String]], none: String) -> String {
        guard !rows.isEmpty else { return "\(none)\n" }
        let cells = [titles] + rows.map { row in row.map { $0.isEmpty ? "-" : Displayed.text($0, limit: longestCell) } }
        let widths = titles.indices.map { column in cells.map { $0[column].unicodeScalars.count }.max() ?? 0 }
        return cells.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.unicodeScalars.count)
            }
            return "\(trimmed(padded.joined(separator: "  ")))\n"
        }.joined()
    }

    /// In characters: enough for any login.
    private static let longestCell = 128

    private static func trimmed(_ line: String) -> Substring {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return line
    }
}
