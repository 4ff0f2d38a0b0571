internal import Glibc
internal import HTTPCore

/// A question to the demo.
final class DemoAccountsExchange: ServerExchange {
    private let service: DemoAccountsService
    private var isQuestion = false
    private var isCount = false
    private var authorization: String?
    private var account: String?
    private var content: [UInt8] = []
    /// What will be said when the delay is over.
    private var verdict: DemoVerdict?

    init(loop: EventLoop, service: DemoAccountsService) {
        self.service = service
        super.init(loop: loop)
    }

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        func text(_ range: Range<Int>) -> String { String(decoding: range.map { bytes[$0] }, as: UTF8.self) }
        let path = text(head.path)
        isQuestion = path == "/1/verifier" && (head.method == .post || head.method == .get)
        isCount = path == "/questions" && head.method == .get
        authorization = head.fields.value(.authorization).map(text)
        account = head.fields.value(.lunaAccountID).map(text)
        content = []
        if head.framing == .none { answer() } else { sendContinue() }
        return true
    }

    override func receivedContent(_ bytes: Span<UInt8>) {
        content.append(bytes)
    }

    override func receivedEnd() {
        answer()
    }

    private func answer() {
        if isCount { return send(200, Array("{\"questions\":\(service.questions)}".utf8)) }
        guard isQuestion else { return send(404, Array("{\"error_code\":12013}".utf8)) }
        let verdict = service.verify(
            DemoCredential(authorization: authorization, account: account, content: content))
        content = []
        guard service.delay > Interval(nanoseconds: 0) else { return send(verdict.status, verdict.content) }
        self.verdict = verdict
        exchangeDeadline = loop.now.advanced(by: service.delay)
    }

    override func exchangeDeadlinePassed() {
        guard let verdict else { return }
        self.verdict = nil
        exchangeDeadline = .never
        send(verdict.status, verdict.content)
    }

    override func refused(_ error: MessageError, head: Span<UInt8>?) {
        send(error.status, Array("{\"error_code\":12046}".utf8))
    }

    private func send(_ status: Int, _ json: [UInt8]) {
        respond(status: status, content: json.span) { output in
            output.appendField("Content-Type", "application/json")
            output.append("Date: ")
            HTTPDate.append(unixSeconds: Int64(time(nil)), to: &output)
            output.append("\r\n")
        }
    }

    override func closed(_ end: ClientEnd) {
        verdict = nil
    }
}
