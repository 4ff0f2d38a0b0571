import HTTPCore
import SeededRandom

/// A client that makes its calls one behind the other, sends and reads in parts of any size, and may go at any moment.
final class SimulatedClient {
    private let socket: Socket
    private let calls: [Call]
    private var outgoing: [UInt8]
    private var incoming: [UInt8] = []
    /// How many answers have been read.
    private(set) var answered = 0
    /// How many answers were whole, and of the other side.
    private(set) var wholeCount = 0
    /// How it will go before its time, if it does.
    private var leaving: Leaving
    private(set) var fault: String?

    private enum Leaving: CaseIterable {
        case never, halfClosing, closing, resetting
    }

    init?(_ calls: [Call], port: Int, _ random: inout SeededRandom) {
        guard let socket = Socket.connected(to: port, receiveBuffer: random.once(in: 3) ? 2048 : nil) else {
            return nil
        }
        self.socket = socket
        self.calls = calls
        outgoing = calls.flatMap(\.request)
        leaving = random.once(in: 3) ? Leaving.allCases.randomElement(using: &random) ?? .never : .never
    }

    var isOver: Bool { !socket.isOpen }

    /// `isEager` sends and reads all it can, and stays.
    func step(_ random: inout SeededRandom, isEager: Bool) {
        guard socket.isOpen else { return }
        if !isEager, random.once(in: 10), leave() { return }
        if isEager || random.once(in: 2) { send(isEager ? .max : Int.random(in: 1...20_000, using: &random)) }
        if isEager || random.once(in: 2) { receive(isEager ? 1 << 20 : Int.random(in: 1...30_000, using: &random)) }
    }

    func close() {
        socket.close(resetting: true)
    }

    private func leave() -> Bool {
        switch leaving {
        case .never: return false
        case .halfClosing:
            // Only between two of its calls: within one it would take it back.
            guard outgoing.isEmpty else { return false }
            socket.finish()
            leaving = .never
            return false
        case .closing: socket.close()
        case .resetting: socket.close(resetting: true)
        }
        return true
    }

    private func send(_ limit: Int) {
        guard !outgoing.isEmpty else { return }
        // A server that has closed still has its answer read.
        guard let count = socket.send(outgoing.prefix(limit)) else {
            outgoing = []
            return
        }
        outgoing.removeFirst(count)
    }

    private func receive(_ limit: Int) {
        let goesOn = socket.receive(into: &incoming, atMost: limit)
        while fault == nil, answered < calls.count, interpret(hasEnded: !goesOn) {}
        if fault == nil, answered == calls.count, !incoming.isEmpty { fault = "something follows the last answer" }
        if !goesOn || answered == calls.count { socket.close(resetting: true) }
    }

    /// Reads the next answer from the beginning, if all of it has come.
    private func interpret(hasEnded: Bool) -> Bool {
        let call = calls[answered]
        var head = ResponseHead()
        var position = 0
        repeat {
            let rest = Array(incoming[position...])
            do throws(MessageError) {
                guard try HeadParser().parse(rest.span, answering: call.method, into: &head) else { return false }
            } catch {
                fault = "the answer to call \(call.number) can't be read: \(error.code)"
                return false
            }
            position += head.length
            if head.status >= 200 { break }
        } while true
        let fieldStart = position - head.length
        let number = Self.number(head, Array(incoming[fieldStart..<position]))
        var reader = ContentReader(head.framing)
        var content: [UInt8] = []
        let bytes = incoming
        reading: while true {
            do throws(MessageError) {
                switch try reader.next(bytes.span, from: &position) {
                case .content(let run): content += bytes[run]
                case .finished: break reading
                case .needMore:
                    guard hasEnded, reader.closed() else {
                        check(call, number, content, head.status, isWhole: false)
                        return false
                    }
                    break reading
                }
            } catch {
                fault = "content of the answer to call \(call.number) can't be read: \(error.code)"
                return false
            }
        }
        check(call, number, content, head.status, isWhole: true)
        incoming.removeFirst(position)
        answered += 1
        return true
    }

    private func check(_ call: Call, _ number: Int?, _ content: [UInt8], _ status: Int, isWhole: Bool) {
        guard status == 200 else {
            if number != nil || !(400..<600).contains(status) {
                fault = "call \(call.number) is answered with \(status)"
            }
            return
        }
        // Luna-Streams may say something unasked, which has no number.
        guard let number else { return }
        if number != call.number { fault = "call \(call.number) gets the answer to \(number)" }
        if !call.answer.starts(with: content) { fault = "call \(call.number) gets another content" }
        guard isWhole else { return }
        wholeCount += 1
        if !call.mayBeWhole { fault = "half an answer to call \(call.number) looks whole" }
        if case .cut = call.treatment { return }
        if content.count != call.answer.count {
            fault = "call \(call.number) gets \(content.count) of \(call.answer.count) bytes: \(call.summary)"
        }
    }

    /// What `X-Call` says.
    private static func number(_ head: borrowing ResponseHead, _ bytes: [UInt8]) -> Int? {
        for index in 0..<head.fields.count where bytes[head.fields[index].nameRange].elementsEqual("X-Call".utf8) {
            return Int(String(decoding: bytes[head.fields[index].valueRange], as: UTF8.self))
        }
        return nil
    }
}
