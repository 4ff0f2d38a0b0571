internal import HTTPCore

/// A request to the demo: gathers it, has the service answer it, and feeds a live preview.
final class DemoExchange: ServerExchange {
    private let service: LunaStreams

    // The request being received.
    private var method = ""
    private var target = ""
    private var contentType: String?
    private var requestID: String?
    private var content: [UInt8] = []

    /// The live preview being sent.
    private var pacer: LivePacer?

    init(loop: EventLoop, service: LunaStreams) {
        self.service = service
        super.init(loop: loop)
    }

    // MARK: Request

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        func text(_ range: Range<Int>) -> String {
            String(decoding: range.map { bytes[$0] }, as: UTF8.self)
        }
        method = String(describing: head.method.name)
        target = text(head.path) + (head.query.map { "?" + text($0) } ?? "")
        contentType = head.fields.value(.contentType).map(text)
        requestID = head.fields.value(.lunaRequestID).map(text)
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

    override func refused(_ error: MessageError, head: Span<UInt8>?) {
        send(ServiceError.malformed(error).answer)
    }

    // MARK: Answer

    private func answer() {
        let request = DemoRequest(
            method, target, contentType: contentType, requestID: requestID, content: content)
        content = []
        send(service.answer(request, now: .now))
    }

    private func send(_ answer: DemoAnswer) {
        switch answer.content {
        case .none:
            let nothing: [UInt8] = []
            respond(status: answer.status, content: nothing.span) { Self.append(answer.fields, to: &$0) }
        case .bytes(let bytes):
            respond(status: answer.status, content: bytes.span) { Self.append(answer.fields, to: &$0) }
        case .live(let view):
            sendHead(status: answer.status, length: .unknown) { Self.append(answer.fields, to: &$0) }
            let opening = MultipartReplace.opening
            sendContent(opening.span)
            // What the kernel keeps for a viewer is old by the time it arrives: the usual buffer grows to megabytes, which is
            // many seconds of pictures. This one holds a few.
            boundKernelBuffer(65_536)
            pacer = LivePacer(view)
            sendPicture()
        }
    }

    private static func append(_ fields: [(name: String, value: String)], to bytes: inout ByteBuffer) {
        for (name, value) in fields { bytes.append(contentsOf: "\(name): \(value)\r\n".utf8) }
        bytes.append("Date: ")
        HTTPDate.append(unixSeconds: Timestamp.now.seconds, to: &bytes)
        bytes.append("\r\n")
    }

    // MARK: Live preview

    override func exchangeDeadlinePassed() {
        sendPicture()
    }

    /// Sends the picture of this time slot, if the viewer has taken the one before, and waits for the next slot.
    private func sendPicture() {
        guard let view = pacer?.view else { return }
        let now = Timestamp.now
        if pacer?.takesPicture(at: now, isOutputPending: isOutputPending) == true {
            guard let part = service.part(of: view, at: now) else { return endPreview() }
            sendContent(part.span)
            flush()
        }
        guard !isClosed, let delay = pacer?.delay(after: now) else { return }
        exchangeDeadline = loop.now.advanced(by: Interval(nanoseconds: delay * 1_000))
    }

    private func endPreview() {
        pacer = nil
        let closing = MultipartReplace.closing
        sendContent(closing.span)
        finish()
    }

    override func closed(_ end: ClientEnd) {
        pacer = nil
    }
}
