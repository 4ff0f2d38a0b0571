import Auth
import HTTPCore

extension Explanation {
    /// Lines in two columns: the step, and what it came to. Steps that were not reached have no line.
    var text: String {
        let rows = requestRows + callerRows + separationRows + upstreamRows + answerRows
        let width = rows.map(\.label.utf8.count).max() ?? 0
        return rows.map { row in
            let space = String(repeating: " ", count: width - row.label.utf8.count)
            return "\(row.label)\(space)  \(row.text)\n"
        }.joined()
    }

    private struct Row {
        let label: String
        let text: String

        init(_ label: String, _ text: String) {
            self.label = label
            self.text = text
        }

        init?(_ label: String, _ text: String?) {
            guard let text else { return nil }
            self.init(label, text)
        }
    }

    private var requestRows: [Row] {
        let shownMethod = method.map { $0 == .other ? "(none that is known here)" : $0.name.description }
        return [
            Row("method", shownMethod ?? "(the head can't be read)"),
            Row("route", match?.route.name.description ?? (refusal == .noSuchPage ? noRoute : nil)),
            Row("stream", match?.streamID?.description),
            Row("token asked for", match?.tokenID?.description),
            Row("API version", apiVersion.map(String.init)),
            Row("client", client.map { $0.address + ($0.proxy.map { ", by the word of \($0)" } ?? "") }),
        ].compactMap(\.self)
    }

    private var noRoute: String { "none has this path\(nearestRoute.map { "; \($0)" } ?? "")" }

    private var callerRows: [Row] {
        let account = caller.map { caller in
            let type = caller.principal.accountType.rawValue
            let login = caller.login.map { ", \(Displayed.text($0, limit: 128))" } ?? ""
            return "\(caller.principal.accountID)\(login), \(type)"
        }
        let held = verbNeeded == nil ? nil : verbsHeld.map { verbs in verbs.map(\.name).joined(separator: ", ") }
        return [
            Row("credentials", credentials.map(Self.words)),
            Row("token", shownTokenID?.description),
            Row(isTokenOver ? "token ended" : "token ends", shownTokenEnd?.description),
            Row("account", account),
            Row("visibility", visibility?.rawValue),
            Row("verb needed", verbNeeded?.name),
            Row("verbs held", held.map { $0.isEmpty ? "none" : $0 }),
        ].compactMap(\.self)
    }

    private static func words(_ credentials: Credentials) -> String {
        switch credentials {
        case .absent: "none"
        case .basic: "Basic: login and password"
        case .token: "Bearer: a token"
        case .accountHeader: "Luna-Account-Id"
        case .unreadable: "an Authorization that can't be read"
        }
    }

    private var separationRows: [Row] {
        let reach = reach.map {
            switch $0 {
            case .notSeparated: "none: account-isolation is off"
            case .ownAccount: "the own account's streams only"
            case .allAccounts: "a read of the streams of all accounts"
            }
        }
        let query = query.map { query in
            let before = query.before.isEmpty ? "none" : query.before
            guard let after = query.after else { return before }
            if query.before.isEmpty, after.isEmpty { return before }
            return after == query.before
                ? "\(before), goes on as it is" : "\(before) → \(after.isEmpty ? "none" : after)"
        }
        let content = content.map {
            switch $0 {
            case .unchanged: "names the own account, goes on as it is"
            case .accountInserted: "the own account_id is put in"
            case .refused: "refused"
            case .unknown: "must be looked at, and was not given"
            }
        }
        return [
            Row("separation", reach), Row("query", query), Row("owner", owner.map(words)), Row("content", content),
        ].compactMap(\.self)
    }

    private func words(_ owner: Owner) -> String {
        let source =
            switch owner.source {
            case .lunaStreams: "says Luna-Streams"
            case .option: "says --owner"
            }
        switch owner.owner {
        case nil: return "asked of Luna-Streams, without an answer that tells"
        case .absent: return "no such stream, \(source)"
        case .account(let id):
            let relation = id == caller?.principal.accountID ? "the own account" : "another account"
            return "\(relation), \(id), \(source)"
        }
    }

    private var upstreamRows: [Row] {
        let timeouts = Row("timeouts", timeouts?.summary(isLive: match?.route.isLive == true))
        guard let upstream else { return [timeouts].compactMap(\.self) }
        let fields = upstream.fields.enumerated().map { Row($0 == 0 ? "sent" : "", $1.line) }
        let withheld = upstream.withheld.map { $0 == "Authorization" ? "Authorization, which never is" : $0 }
        return [Row("upstream", "\(upstream.method) \(upstream.url)")] + fields
            + [Row("not sent", withheld.joined(separator: "; ")), timeouts].compactMap(\.self)
    }

    private var answerRows: [Row] {
        switch answer {
        case .refused(let refusal):
            let error = ErrorAnswer(refusal)
            return [
                Row("answer", "\(error.status), error_code \(error.code)"),
                Row("refused by", "\(refusal.step.rawValue): \(error.detailText)"),
            ]
        case .own(let status, let code):
            return [Row("answer", code.map { "\(status), error_code \($0)" } ?? "\(status)")]
        case .lunaStreams: return [Row("answer", "Luna-Streams' answer")]
        case .plugin: return [Row("answer", "the plugin's answer")]
        case .unknown: return [Row("answer", "the content decides: give it with --content")]
        }
    }
}
