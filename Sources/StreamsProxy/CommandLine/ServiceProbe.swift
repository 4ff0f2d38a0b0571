internal import Auth
internal import Glibc
internal import HTTPCore

/// `check --probe`: asks each service once and tells what came, as lines for the operator.
struct ServiceProbe {
    /// Whole lines.
    private(set) var text = "Probe\n"
    /// Whether every service answered, and in a way that is understood.
    private(set) var isGood = true

    private let configuration: Configuration
    private let credential: ProbeCredential?

    init(_ configuration: Configuration, _ credential: ProbeCredential?) {
        self.configuration = configuration
        self.credential = credential
    }

    /// Takes at most as long as the timeouts of the settings together.
    mutating func run() {
        var questions = [Question(service: "Luna-Streams", request: versionRequest)]
        var question: ServiceQuestion?
        if let service = configuration.accountsService {
            let contract = AccountsContract(service)
            switch credential?.question(allowsAccountHeader: configuration.allowsAccountHeader) {
            case .none:
                questions.append(Question(service: "Luna-Accounts", request: contract.request(nil)))
            case .ask(let asked):
                question = asked
                questions.append(Question(service: "Luna-Accounts", request: contract.request(asked)))
            case .decided(let decision):
                text += "  Luna-Accounts  not asked: \(Self.words(decision))\n"
            }
        }
        let answers = questions.map { $0.request.answer() }
        for (asked, answer) in zip(questions, answers) {
            let space = String(repeating: " ", count: max(0, 15 - asked.service.utf8.count))
            text +=
                "  \(asked.service)\(space)\(asked.request.method) \(Displayed.text(asked.request.url, limit: 512)): "
                + "\(AccountsLookup.reason(answer))\n"
        }
        judgeStreams(answers.first)
        if let service = configuration.accountsService, answers.count == 2 {
            judgeAccounts(answers[1], question, service)
        }
    }

    private struct Question {
        let service: String
        let request: ControlRequest
    }

    private var versionRequest: ControlRequest {
        let upstream = configuration.upstream
        return ControlRequest(
            method: "GET",
            url: "\(upstream.url)/version",
            tls: upstream.tls,
            fields: [ControlRequest.Field(name: "Accept", value: Array("application/json".utf8))],
            connectTimeout: Interval(configuration.timeouts.connect),
            timeout: Interval(configuration.timeouts.request))
    }

    private mutating func judgeStreams(_ answer: ControlAnswer?) {
        guard case .answered(let status, _) = answer, (200...299).contains(status) else {
            isGood = false
            return
        }
    }

    private mutating func judgeAccounts(
        _ answer: ControlAnswer, _ question: ServiceQuestion?, _ service: AccountsServiceSettings
    ) {
        guard case .answered(let status, let content) = answer else {
            isGood = false
            return
        }
        if let code = AccountAnswer.errorCode(content) { tell("error_code", String(code)) }
        guard let question else {
            text += "    asked without a credential; --header 'Authorization: Bearer …' shows what an answer comes to\n"
            // It is there, and wants a credential: that is all that can be known.
            if !(400...499).contains(status) || status == 404 { isGood = false }
            return
        }
        if (200...299).contains(status) {
            if let account = AccountAnswer(content, service.verification.answerFields) {
                tell(account, service.verification.answerFields)
            } else {
                text += "    no account could be read from it: see LUNA_ACCOUNTS_VERIFICATION.answer_fields\n"
            }
        }
        let decision = AccountsContract(service).decision(question, answer, now: Int64(time(nil)) * 1000)
        tell("comes to", Self.words(decision))
        if case .unavailable = decision { isGood = false }
    }

    private mutating func tell(_ account: AccountAnswer, _ fields: VerificationSettings.AnswerFields) {
        let verbs = Verb.allCases.filter { account.verbs.contains($0) }.map(\.name).joined(separator: ", ")
        tell(fields.accountID.description, "\(account.accountID)")
        tell(fields.accountType.description, account.accountType.rawValue)
        tell(fields.tokenID.description, account.tokenID.map { "\($0)" } ?? "none")
        tell(fields.permissions.description, "streams: \(verbs.isEmpty ? "none" : verbs)")
        tell(fields.visibilityArea.description, account.visibility.rawValue)
        tell(
            fields.expirationTime.description, account.expires.map { "\(Timestamp(unixSeconds: $0))" } ?? "never")
    }

    private mutating func tell(_ name: String, _ value: String) {
        let shown = Displayed.text(name)
        text += "    \(shown)\(String(repeating: " ", count: max(1, 17 - shown.count)))\(value)\n"
    }

    private static func words(_ decision: Decision) -> String {
        switch decision.outcome {
        case .success(let principal): return "accepted as \(principal.accountType.rawValue) \(principal.accountID)"
        case .failure(let denial):
            let answer = ErrorAnswer(.denied(denial))
            return "refused with \(answer.status), error_code \(answer.code): \(answer.detail.text)"
        }
    }
}

/// `--header`: a credential as a client would send it. It can't be printed.
package struct ProbeCredential: Sendable, Equatable, Concealed {
    private let isAuthorization: Bool
    private let value: [UInt8]

    /// Nil where `field` is neither `Authorization: …` nor `Luna-Account-Id: …`.
    package init?(_ field: String) {
        guard let colon = field.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        switch field[..<colon].lowercased() {
        case "authorization": isAuthorization = true
        case "luna-account-id": isAuthorization = false
        default: return nil
        }
        var value = field[field.utf8.index(after: colon)...]
        while value.first == " " { value.removeFirst() }
        while value.last == " " { value.removeLast() }
        self.value = Array(value.utf8)
    }

    /// What of it is decided without asking, or what is to be asked.
    enum Step {
        case decided(Decision)
        case ask(ServiceQuestion)
    }

    func question(allowsAccountHeader: Bool) -> Step {
        let range = 0..<value.count
        let step = Authenticator(serviceAllowingAccountHeader: allowsAccountHeader).decide(
            head: value.span, authorization: isAuthorization ? range : nil,
            accountHeader: isAuthorization ? nil : range, now: Int64(time(nil)) * 1000)
        switch step {
        case .decided(let decision): return .decided(decision)
        case .ask(let question): return .ask(question)
        case .verify, .checkSignature: preconditionFailure("here is nothing to compare with")
        }
    }
}
