import Glibc
import HTTPCore
import SeededRandom

/// Luna-Streams as a walk has it: it reads as it likes, answers each call as that call's treatment says, and notes what
/// no proxy may do to it.
final class SimulatedStreams {
    private final class Line {
        let socket: Socket
        var input: [UInt8] = []
        var output: [UInt8] = []
        /// That of the last call.
        var number = 0
        /// The call whose content is being read.
        var call: Call?
        var reader = ContentReader(.none)
        var content: [UInt8] = []
        /// Whether an answer to the call at hand is still to be sent, or a part of it.
        var isAnswering = false
        var hasAnswered = false
        var served = 0
        var ending: (closes: Bool, resetting: Bool) = (false, false)

        init(_ socket: Socket) {
            self.socket = socket
        }
    }

    let port: Int
    private let listener: Descriptor
    private var lines: [Line] = []
    private let calls: [Int: Call]
    /// How each call came: on which kind of connection, and whether a byte of its answer was sent.
    private var arrivals: [Int: [(isReused: Bool, hasAnswered: Bool)]] = [:]
    private(set) var fault: String?
    var arrivedCount: Int { arrivals.count }
    private(set) var retried = 0

    init(_ calls: [Int: Call]) throws(SystemError) {
        self.calls = calls
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.address.port
        listener = Descriptor(socket.release())
        _ = fcntl(listener.number, F_SETFL, O_NONBLOCK)
    }

    /// One step of each connection; `isEager` reads and sends all it can.
    func step(_ random: inout SeededRandom, isEager: Bool) {
        while true {
            let accepted = accept(listener.number, nil, nil)
            guard accepted >= 0 else { break }
            lines.append(Line(Socket(accepted)))
        }
        for line in lines where line.socket.isOpen {
            // A pooled connection may end at any moment.
            if !isEager, line.call == nil, !line.isAnswering, line.served > 0, random.once(in: 12) {
                line.socket.close(resetting: random.once(in: 2))
                continue
            }
            if isEager || random.once(in: 2) {
                receive(line, isEager ? 65536 : Int.random(in: 1...30_000, using: &random))
            }
            if line.socket.isOpen, isEager || random.once(in: 2) {
                send(line, isEager ? .max : Int.random(in: 1...30_000, using: &random))
            }
        }
        lines.removeAll { !$0.socket.isOpen }
    }

    func close() {
        for line in lines { line.socket.close(resetting: true) }
        lines = []
    }

    private func note(_ fault: String) {
        if self.fault == nil { self.fault = fault }
    }

    private func receive(_ line: Line, _ limit: Int) {
        if !line.socket.receive(into: &line.input, atMost: limit) {
            line.socket.close()
            return
        }
        while interpret(line) {}
    }

    /// False where more bytes are needed.
    private func interpret(_ line: Line) -> Bool {
        guard let call = line.call else { return interpretHead(line) }
        var position = 0
        let input = line.input
        do throws(MessageError) {
            switch try line.reader.next(input.span, from: &position) {
            case .content(let run): line.content += input[run]
            case .needMore:
                line.input.removeFirst(position)
                return false
            case .finished:
                if line.content != call.content { note("call \(call.number) arrives with other content") }
                line.call = nil
                if !call.isEarly { answer(line, call) }
            }
        } catch {
            note("content of call \(call.number) can't be read: \(error.code)")
            line.input = []
            return false
        }
        if !call.content.starts(with: line.content) { note("call \(call.number) arrives with other content so far") }
        line.input.removeFirst(position)
        return true
    }

    private func interpretHead(_ line: Line) -> Bool {
        guard !line.input.isEmpty else { return false }
        var head = RequestHead()
        let input = line.input
        do throws(MessageError) {
            guard try HeadParser().parse(input.span, into: &head) else { return false }
        } catch {
            note("a head can't be read: \(error.code)")
            line.input = []
            return false
        }
        let query = head.query.map { String(decoding: input[$0], as: UTF8.self) } ?? ""
        guard query.hasPrefix("call="), let number = Int(query.dropFirst(5)), let call = calls[number] else {
            note("a call that nobody made: \(query)")
            return false
        }
        if line.isAnswering { note("call \(number) comes before the answer of the one before it is whole") }
        if call.method != head.method { note("call \(number) comes by another method") }
        arrived(line, call)
        line.call = call
        line.number = number
        line.content = []
        line.reader = ContentReader(head.framing)
        line.hasAnswered = false
        line.input.removeFirst(head.length)
        line.isAnswering = true
        if call.isEarly { answer(line, call) }
        return true
    }

    /// Twice is sound only where the first connection had been used before, nothing was answered, and the method allows.
    private func arrived(_ line: Line, _ call: Call) {
        let before = arrivals[call.number] ?? []
        if let first = before.first {
            retried += 1
            if before.count > 1 { note("call \(call.number) arrives a third time") }
            if !call.method.isIdempotent { note("call \(call.number) is \(call.method.name), and arrives twice") }
            if !first.isReused { note("call \(call.number) arrives again after a fresh connection") }
            if first.hasAnswered { note("call \(call.number) arrives again after its answer had begun") }
            if line.served > 0 { note("call \(call.number) arrives again on a pooled connection") }
        }
        arrivals[call.number] = before + [(line.served > 0, false)]
        line.served += 1
    }

    private func answer(_ line: Line, _ call: Call) {
        for _ in 0..<call.interimCount { line.output += Array("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n".utf8) }
        let response = call.response
        line.output += response.bytes
        line.ending = (response.closes, response.resetting)
        if call.treatment == .ignored { return }
        if line.output.isEmpty, line.ending.closes { line.socket.close(resetting: line.ending.resetting) }
    }

    private func send(_ line: Line, _ limit: Int) {
        guard !line.output.isEmpty else { return }
        guard let count = line.socket.send(line.output.prefix(limit)) else {
            line.socket.close()
            return
        }
        line.output.removeFirst(count)
        if count > 0 { answered(line) }
        guard line.output.isEmpty else { return }
        line.isAnswering = false
        if line.ending.closes { line.socket.close(resetting: line.ending.resetting) }
    }

    private func answered(_ line: Line) {
        guard !line.hasAnswered, let comings = arrivals[line.number]?.count else { return }
        line.hasAnswered = true
        arrivals[line.number]?[comings - 1].hasAnswered = true
    }
}
