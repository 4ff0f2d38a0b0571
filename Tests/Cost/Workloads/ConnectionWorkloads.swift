import Glibc
import HTTPCore

/// What goes through a connection of a server.
let connectionWorkloads = [
    Workload("a head that drips byte by byte", 1000) { count in
        serving(["GET / HTTP/1.1\r\nHost: a\r\nA: "] + Array(repeating: "b", count: count) + ["\r\n\r\n"]) {
            $0 == 1 ? count : 0
        }
    },
    Workload("a head that drips line by line", 2000) { count in
        serving(["GET / HTTP/1.1\r\nHost: a\r\n"] + Array(repeating: "A: b\r\n", count: count) + ["\r\n"]) {
            $0 == 1 ? count : 0
        }
    },
    Workload("a head that drips in half lines", 2000) { count in
        let lines = (0..<count).flatMap { _ in ["A: ", "b\r\n"] }
        return serving(["GET / HTTP/1.1\r\nHost: a\r\n"] + lines + ["\r\n"]) { $0 == 1 ? count : 0 }
    },
    Workload("output that is taken in drips", 16 * 500) { count in
        let memory = LoopMemory()
        let content = [UInt8](repeating: 0, count: count)
        return {
            let queue = OutputQueue()
            queue.append(memory, content.span)
            var taken = 0
            while !queue.isEmpty {
                var isFirst = true
                _ = queue.send(memory: memory) { _ in
                    defer { isFirst = false }
                    return isFirst ? .bytes(16) : .wouldBlock
                }
                taken += 16
            }
            return taken
        }
    },
    Workload("requests that come in one piece", 300) { count in
        serving([String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: count)]) { $0 }
    },
]

/// A server's requests, which are answered at once.
private final class Answers: ExchangeLender {
    private let loop: EventLoop
    fileprivate(set) var requests = 0

    init(loop: EventLoop) {
        self.loop = loop
        super.init()
    }

    override func makeExchange() -> ServerExchange { Answer(self, loop: loop) }
}

private final class Answer: ServerExchange {
    private unowned let answers: Answers

    init(_ answers: Answers, loop: EventLoop) {
        self.answers = answers
        super.init(loop: loop)
    }

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        answers.requests += 1
        let content: [UInt8] = []
        respond(status: 200, content: content.span) { _ in }
        return true
    }
}

/// Sends those parts one after the other, and reads what is answered; `result` is given the number of requests.
private func serving(_ parts: [String], _ result: @escaping (Int) -> Int) -> () -> Int {
    let parts = parts.map(bytes)
    var numbers: [Int32] = [0, 0]
    var now = 1_000_000_000 as Int64
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &numbers) == 0,
        // A turn of the clock's own takes next to no time: nothing is too slow, and what waits for the next turn gets it.
        let loop = try? EventLoop(clock: {
            now += 100
            return now
        })
    else { fatalError("no sockets") }
    var settings = ServerSettings()
    settings.limits = wideLimits()
    let client = Descriptor(numbers[1])
    let answers = Answers(loop: loop)
    let connection = HTTP1Connection(
        descriptor: numbers[0], peer: .none, loop: loop, terms: ServerTerms(settings), lender: answers)
    return {
        var buffer = [UInt8](repeating: 0, count: 65536)
        for part in parts {
            _ = SystemCall.send(client.number, part.span)
            loop.turn()
            _ = SystemCall.receive(client.number, into: &buffer, limit: buffer.count)
        }
        for _ in 0..<100 {
            loop.turn()
            _ = SystemCall.receive(client.number, into: &buffer, limit: buffer.count)
        }
        defer { connection.abort() }
        return result(answers.requests)
    }
}
