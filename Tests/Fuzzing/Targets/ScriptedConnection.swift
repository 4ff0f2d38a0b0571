import HTTPCore

/// A server's connection that answers in the way that the path's first letter names, and keeps a record.
final class ScriptedConnection: ServerConnection {
    /// What it was asked and what became of it.
    private(set) var record: [String] = []
    /// The method of each request that got an answer's head, in order.
    private(set) var answered: [Method] = []
    private(set) var isCut = false
    private(set) var isTunnel = false

    private var letter: UInt8 = 0
    private var content: [UInt8] = []
    private var method = Method.other
    private var isHeld = false
    private var isPaused = false

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
        record.append("\(head.method) \(head.target.count) \(head.framing)")
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
        answered.append(method)
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
            isCut = true
            sendHead(status: 200, length: .known(10)) { _ in }
            sendContent(Array("hello".utf8).span)
            flush()
            abort()
        case UInt8(ascii: "t") where content.isEmpty && method == .get:
            isTunnel = true
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

    override func clientFinished() -> Bool {
        if isTunnel { finishTunnel() }
        return true
    }

    override func refused(_ error: MessageError, head: Span<UInt8>?) {
        record.append("\(error.code)")
        answered.append(.other)
        content = Array("\(error.code)".utf8)
        respond(error.status)
    }
}
