import HTTPCore

/// What has become of the requests of one connection.
final class ScriptedRecord {
    /// What was asked and what became of it.
    fileprivate(set) var record: [String] = []
    /// The method of each request that got an answer's head, in order.
    fileprivate(set) var answered: [Method] = []
    fileprivate(set) var isCut = false
    fileprivate(set) var isTunnel = false
}

/// Lends exchanges that keep one record.
final class ScriptedExchanges: ExchangeLender {
    private let loop: EventLoop
    let record = ScriptedRecord()

    init(loop: EventLoop) {
        self.loop = loop
        super.init()
    }

    override func makeExchange() -> ServerExchange { ScriptedExchange(loop: loop, record) }
}

/// A request that is answered in the way that the path's first letter names.
final class ScriptedExchange: ServerExchange {
    private let record: ScriptedRecord
    private var letter: UInt8 = 0
    private var content: [UInt8] = []
    private var method = Method.other
    private var isHeld = false
    private var isPaused = false

    init(loop: EventLoop, _ record: ScriptedRecord) {
        self.record = record
        super.init(loop: loop)
    }

    /// Goes on with what it has held or paused.
    func resume() {
        if isHeld { resumeHead() }
        if isPaused {
            isPaused = false
            resumeReading()
            update()
        }
    }

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        letter = head.path.count > 1 ? bytes[head.path.lowerBound + 1] : 0
        if letter == UInt8(ascii: "w"), !isHeld {
            isHeld = true
            return false
        }
        isHeld = false
        method = head.method
        content = []
        record.record.append("\(head.method) \(head.target.count) \(head.framing)")
        sendContinue()
        if letter == UInt8(ascii: "e") || head.framing == .none { answer() }
        return true
    }

    override func receivedContent(_ bytes: Span<UInt8>) {
        for index in 0..<bytes.count { content.append(bytes[index]) }
        if letter == UInt8(ascii: "p"), !isPaused {
            isPaused = true
            pauseReading()
        }
    }

    override func receivedEnd() {
        if letter != UInt8(ascii: "e") { answer() }
    }

    private func answer() {
        record.answered.append(method)
        switch letter {
        case UInt8(ascii: "c"):
            sendHead(status: 200, length: .unknown) { _ in }
            for part in content.split(at: [content.count / 2]) { sendContent(part.span) }
            finish()
        case UInt8(ascii: "i"):
            sendInterim(status: 103) { $0.appendField("Link", "a") }
            respond(200)
        case UInt8(ascii: "n"):
            content = []
            respond(204)
        case UInt8(ascii: "x"):
            record.isCut = true
            sendHead(status: 200, length: .known(10)) { _ in }
            sendContent(Array("hello".utf8).span)
            flush()
            abort()
        case UInt8(ascii: "t") where content.isEmpty && method == .get:
            record.isTunnel = true
            beginTunnel { $0.append("Connection: Upgrade\r\nUpgrade: echo\r\n") }
        default: respond(200)
        }
    }

    private func respond(_ status: Int) {
        let content = content
        respond(status: status, content: content.span) { _ in }
    }

    override func receivedTunnel(_ bytes: Span<UInt8>) {
        sendTunnel(bytes)
    }

    override func returned() {
        isHeld = false
        isPaused = false
    }

    override func clientFinished() -> Bool {
        if record.isTunnel { finishTunnel() }
        return true
    }

    override func refused(_ error: MessageError, head: Span<UInt8>?) {
        record.record.append("\(error.code)")
        record.answered.append(.other)
        content = Array("\(error.code)".utf8)
        respond(error.status)
    }
}
