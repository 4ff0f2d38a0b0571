import HTTPCore

/// Answers with what it was asked, in the way that the path names.
final class EchoExchange: ServerExchange {
    static let bigSize = 24 << 20

    private let journal: Journal
    private var request = ""
    private var path = ""
    private var content: [UInt8] = []
    /// What is left to send of a big answer.
    private var owed = 0
    private var isResumed = false

    init(loop: EventLoop, journal: Journal) {
        self.journal = journal
        super.init(loop: loop)
    }

    // MARK: Requests

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        path = ""
        for index in head.path { path.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
        request = "\(head.method.name) \(path)"
        content = []
        if path == "/hold", !isResumed {
            journal.note("held")
            return false
        }
        isResumed = false
        switch path {
        case "/early": respond("early")
        case "/early/pending":
            pauseReading()
            journal.note("held")
        case "/continue": sendContinue()
        case "/half":
            sendHead(status: 200, length: .known(10)) { _ in }
            sendContent(Array("hello".utf8).span)
            flush()
        case "/stall":
            pauseReading()
            exchangeDeadline = loop.now.advanced(by: Interval(.milliseconds(300)))
        default: break
        }
        if path != "/early", path != "/early/pending", head.framing == .none { answer() }
        return true
    }

    override func receivedContent(_ bytes: Span<UInt8>) {
        for index in 0..<bytes.count { content.append(bytes[index]) }
        journal.note("content")
        if path == "/pause", content.count == 5 { pauseReading() }
        if path == "/eager", content.count == 5 { answer() }
    }

    override func receivedEnd() {
        journal.note("end")
        if path != "/eager", path != "/early/pending" { answer() }
    }

    func resume() {
        isResumed = true
        if path == "/early/pending" { respond("early") }
        resumeHead()
        resumeReading()
        update()
    }

    override func exchangeDeadlinePassed() {
        journal.note("deadline")
        resumeReading()
    }

    // MARK: Answers

    private func answer() {
        switch path {
        case "/empty": respond(status: 204, content: [UInt8]().span) { _ in }
        case "/chunked":
            sendHead(status: 200, length: .unknown) { _ in }
            sendContent(Array("hello ".utf8).span)
            let second = content.isEmpty ? Array("world".utf8) : content
            sendContent(second.span)
            finish()
        case "/chunked/big":
            sendHead(status: 200, length: .unknown) { _ in }
            sendContent([UInt8](repeating: 0x61, count: 5000).span)
            finish()
        case "/interim":
            sendInterim(status: 103) { $0.appendField("Link", "a") }
            respond("final")
        case "/big":
            owed = Self.bigSize
            sendHead(status: 200, length: .known(owed)) { _ in }
            pump()
        case "/burst":
            sendHead(status: 200, length: .known(Self.bigSize)) { _ in }
            sendContent([UInt8](repeating: 0x61, count: Self.bigSize).span)
            finish()
            journal.note("finished")
        case "/cut":
            sendHead(status: 200, length: .known(10)) { _ in }
            sendContent(Array("hello".utf8).span)
            flush()
            abort()
        case "/tunnel":
            beginTunnel { $0.append("Connection: Upgrade\r\nUpgrade: echo\r\n") }
        default: respond("\(request) \(String(decoding: content, as: UTF8.self))")
        }
    }

    private func respond(_ text: String) {
        respond(status: 200, content: Array(text.utf8).span) { _ in }
    }

    /// Sends until the client can't take more.
    private func pump() {
        let run = [UInt8](repeating: 0x61, count: 1 << 16)
        while owed > 0, !isOutputPending, !isClosed {
            sendContent(run.span)
            owed -= run.count
        }
        if isClosed { return }
        if isOutputPending { journal.note("pending") }
        if owed == 0 { finish() }
    }

    override func outputDrained() {
        journal.note("drained")
        if owed > 0 { pump() }
    }

    override func receivedTunnel(_ bytes: Span<UInt8>) {
        sendTunnel(bytes)
    }

    override func refused(_ error: MessageError, head: Span<UInt8>?) {
        journal.note(error.code.description)
        respond(status: error.status, content: Array(error.code.description.utf8).span) { _ in }
    }

    override func overloaded(canAnswer: Bool) {
        journal.note("overloaded")
        if canAnswer { respond(status: 503, content: Array("full".utf8).span) { _ in } }
    }

    override func returned() {
        owed = 0
        isResumed = false
    }
}

/// The exchanges of a server that echoes, and its connections.
final class EchoExchanges: ExchangeLender {
    private let loop: EventLoop
    private let journal: Journal
    private(set) var connections: [ObjectIdentifier: HTTP1Connection] = [:]

    init(loop: EventLoop, journal: Journal) {
        self.loop = loop
        self.journal = journal
        super.init()
    }

    func serve(_ descriptor: Int32, _ peer: SocketAddress, _ terms: ServerTerms) {
        let connection = HTTP1Connection(descriptor: descriptor, peer: peer, loop: loop, terms: terms, lender: self)
        connections[ObjectIdentifier(connection)] = connection
    }

    /// The requests that are under way.
    var underWay: [EchoExchange] {
        var found: [EchoExchange] = []
        for connection in connections.values {
            connection.visit { if let exchange = $0 as? EchoExchange { found.append(exchange) } }
        }
        return found
    }

    override func makeExchange() -> ServerExchange { EchoExchange(loop: loop, journal: journal) }

    override func closed(_ connection: ClientTransport, _ end: ClientEnd) {
        journal.note("\(end)")
        connections[ObjectIdentifier(connection)] = nil
    }
}
