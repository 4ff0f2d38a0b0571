import Dispatch
import HTTPCore
import Synchronization

/// What has happened on a server's thread, for the test's thread to wait for.
final class Journal: Sendable {
    private let entries = Mutex<[String]>([])
    private let written = DispatchSemaphore(value: 0)

    func note(_ entry: String) {
        entries.withLock { $0.append(entry) }
        written.signal()
    }

    var all: [String] { entries.withLock { $0 } }

    /// Waits until so many such entries are there; false where they don't come in five seconds.
    func has(_ entry: String, count: Int = 1) -> Bool {
        while all.count(where: { $0 == entry }) < count {
            if written.wait(timeout: .now() + 5) == .timedOut { return false }
        }
        return true
    }
}

/// A server of `EchoExchange`s: a loop on a thread of its own, on a port that the system chose.
final class TestServer: Sendable {
    enum Command: Sendable {
        /// Goes on with what is held or paused.
        case resume
        case drain
        /// Writes down what the loop's connections keep.
        case count
        case stop
    }

    let port: Int
    let journal: Journal
    private let mailbox: Mailbox<Command>

    init(bounds: BufferBounds? = nil, _ change: (inout ServerSettings) -> Void = { _ in }) throws {
        var settings = ServerSettings()
        change(&settings)
        let fixed = ServerTerms(settings)
        let journal = Journal()
        let mailbox = try Mailbox<Command>()
        let start = Start()
        DispatchQueue(label: "test server").async { Self.serve(fixed, bounds, mailbox, journal, start) }
        self.journal = journal
        self.mailbox = mailbox
        port = try start.port()
    }

    deinit {
        mailbox.post(.stop)
    }

    func post(_ command: Command) {
        mailbox.post(command)
    }

    func client(receiveBuffer: Int32? = nil) throws -> TestClient {
        try TestClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// Hands the port over from the server's thread.
    private final class Start: Sendable {
        private let result = Mutex<Result<Int, SystemError>?>(nil)
        private let isKnown = DispatchSemaphore(value: 0)

        func tell(_ found: Result<Int, SystemError>) {
            result.withLock { $0 = found }
            isKnown.signal()
        }

        func port() throws -> Int {
            isKnown.wait()
            return try result.withLock { $0 }?.get() ?? 0
        }
    }

    private static func serve(
        _ terms: ServerTerms, _ bounds: BufferBounds?, _ mailbox: Mailbox<Command>, _ journal: Journal, _ start: Start
    ) {
        do throws(SystemError) {
            let loop = try EventLoop()
            if let bounds { loop.buffered.setBounds(bounds) }
            let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
            let port = socket.address.port
            let exchanges = EchoExchanges(loop: loop, journal: journal)
            let listener = Listener(socket, loop: loop) { exchanges.serve($0, $1, terms) }
            let mail = MailboxSource(mailbox, loop: loop) { command in
                switch command {
                case .resume: for exchange in exchanges.underWay { exchange.resume() }
                case .count: journal.note("buffered \(loop.buffered.count)")
                case .drain: for connection in exchanges.connections.values { connection.drain() }
                case .stop:
                    for connection in exchanges.connections.values { connection.abort() }
                    loop.stop()
                }
            }
            start.tell(.success(port))
            loop.run()
            mail.closeDescriptor()
            listener.closeDescriptor()
        } catch {
            start.tell(.failure(error))
        }
    }
}
