import HTTPCore
import SeededRandom

/// One request of a walk, told apart from all others by its number, and the answer that it is to get.
struct Call {
    /// How the other side treats the request.
    enum Treatment: Equatable {
        case answered
        /// The answer breaks off behind that many of its bytes; with a reset, or in order.
        case cut(after: Int, resetting: Bool)
        /// Nothing comes, ever.
        case ignored
        /// Something that is no answer.
        case garbled
        /// The answer is whole, and more follows.
        case overlong
    }

    let number: Int
    let method: Method
    let isChunked: Bool
    let content: [UInt8]
    let treatment: Treatment
    let answer: [UInt8]
    /// Where the answer's framing ends with the connection.
    let endsWithConnection: Bool
    /// Whether it is answered before its content has come.
    let isEarly: Bool
    let interimCount: Int

    init(_ number: Int, _ random: inout SeededRandom) {
        self.number = number
        method = [.get, .get, .put, .post, .delete].randomElement(using: &random) ?? .get
        let hasContent = method == .put || method == .post
        isChunked = hasContent && random.once(in: 3)
        content = hasContent ? Self.bytes(number, Self.size(&random)) : []
        answer = Self.bytes(number + 77, Self.size(&random))
        let mayEndWithConnection = random.once(in: 6)
        isEarly = hasContent && random.once(in: 6)
        interimCount = random.once(in: 5) ? 2 : 0
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1: treatment = .cut(after: Int.random(in: 0...200, using: &random), resetting: random.once(in: 2))
        case 2: treatment = .cut(after: 0, resetting: random.once(in: 2))
        case 3: treatment = .ignored
        case 4: treatment = .garbled
        case 5: treatment = .overlong
        default: treatment = .answered
        }
        // To what ends with its connection nothing can be added.
        endsWithConnection = mayEndWithConnection && treatment != .overlong
    }

    private static func size(_ random: inout SeededRandom) -> Int {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: 0
        case 1: Int.random(in: 0...60_000, using: &random)
        case 2, 3: Int.random(in: 0...20_000, using: &random)
        default: Int.random(in: 1...300, using: &random)
        }
    }

    /// Content that is no other call's.
    private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 167 &+ number &* 41) >> 3) }
    }

    /// For messages.
    var summary: String {
        "\(method.name), \(content.count) bytes\(isChunked ? " in chunks" : ""), \(treatment)"
            + (isEarly ? ", answered early" : "") + (endsWithConnection ? ", ends with its connection" : "")
    }

    /// The request, whole.
    var request: [UInt8] {
        var bytes = Array("\(method.name) ".utf8)
        switch method {
        case .put, .delete: bytes += Array("/6/plugins/luna-streams/streams/6d071cca-fda5-4a03-84d5-5bea65904480".utf8)
        case .get, .head, .post, .patch, .options, .connect, .trace, .other:
            bytes += Array("/6/plugins/luna-streams/streams".utf8)
        }
        bytes += Array("?call=\(number) HTTP/1.1\r\nHost: h\r\nLuna-Account-Id: \(Self.account)\r\n".utf8)
        if isChunked {
            bytes += Array("Transfer-Encoding: chunked\r\n\r\n".utf8)
            var rest = content[...]
            while !rest.isEmpty {
                let part = rest.prefix(5000)
                rest = rest.dropFirst(part.count)
                bytes += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10]
            }
            return bytes + Array("0\r\n\r\n".utf8)
        }
        if method == .put || method == .post { bytes += Array("Content-Length: \(content.count)\r\n".utf8) }
        return bytes + [13, 10] + content
    }

    static let account = UniqueID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555)

    /// The answer as it is when nothing goes wrong.
    private var wholeResponse: [UInt8] {
        let head = Array("HTTP/1.1 200 OK\r\nX-Call: \(number)\r\n".utf8)
        if endsWithConnection { return head + [13, 10] + answer }
        guard number % 3 == 0 else { return head + Array("Content-Length: \(answer.count)\r\n\r\n".utf8) + answer }
        let size = Array("\(String(answer.count, radix: 16))\r\n".utf8)
        let chunk = answer.isEmpty ? [] : size + answer + [13, 10]
        return head + Array("Transfer-Encoding: chunked\r\n\r\n".utf8) + chunk + Array("0\r\n\r\n".utf8)
    }

    /// What the other side sends, but for interim answers, and whether it closes then.
    var response: (bytes: [UInt8], closes: Bool, resetting: Bool) {
        let whole = wholeResponse
        switch treatment {
        case .answered: return (whole, endsWithConnection, false)
        case .cut(let count, let resetting): return (Array(whole.prefix(count)), true, resetting)
        case .ignored: return ([], false, false)
        case .garbled: return (Array("HTTP/1.1 two hundred\r\n\r\n".utf8), false, false)
        case .overlong: return (whole + Array("HTTP/1.1 200 OK\r\n\r\n".utf8), endsWithConnection, false)
        }
    }

    /// Whether the client may get an answer that looks whole.
    var mayBeWhole: Bool {
        switch treatment {
        case .answered, .overlong: true
        // What ends with its connection is whole where that ends in order.
        case .cut(let count, let resetting): wholeResponse.count <= count || endsWithConnection && !resetting
        case .ignored, .garbled: false
        }
    }
}
