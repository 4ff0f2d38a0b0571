import HTTPCore
import Testing

struct CorpusTests {
    private static let cases = Result { try CorpusCase.all() }

    /// None where the corpus can't be read, which the first test tells.
    private static var readable: [CorpusCase] {
        if case .success(let found) = cases { found } else { [] }
    }

    @Test func `The corpus is readable, and no small one`() throws {
        let cases = try Self.cases.get()
        #expect(cases.count >= 700)
        #expect(Set(cases.map(\.testDescription)).count == cases.count)
        #expect(cases.contains { $0.message != .request })
    }

    /// What becomes of the message, whose content is read in parts of that size.
    private static func outcome(_ row: CorpusCase, parts size: Int) -> CorpusCase.Expectation {
        let framing: ContentFraming
        let length: Int
        var closes: Bool
        switch row.message {
        case .request:
            switch Reading.request(row.parsed) {
            case .whole(let head): (framing, length, closes) = (head.framing, head.length, !head.isPersistent)
            case .needMore: return .incomplete
            case .refused(let error): return .refused(status: error.status, reason: error.code.description)
            }
        case .response(let method):
            switch Self.finalResponse(row.raw, answering: method) {
            case .whole(let head): (framing, length, closes) = (head.framing, head.length, !head.isPersistent)
            case .needMore: return .incomplete
            case .refused(let error): return .refused(status: 502, reason: error.code.description)
            }
        }
        let behind = Array(row.parsed[length...])
        let parts = stride(from: 0, to: behind.count, by: size).map { Array(behind[$0..<min(behind.count, $0 + size)]) }
        let content = ContentReading(framing, parts.isEmpty ? [[]] : parts)
        switch content.end {
        case .finished:
            let rest = Array(behind[content.used...])
            // Nobody knows whose answer the bytes behind an answer are.
            if row.message != .request, !rest.isEmpty { closes = true }
            return .accepted(content: content.content, rest: rest, closes: closes)
        case .needMore:
            return framing == .untilClose
                ? .accepted(content: content.content, rest: [], closes: closes) : .incomplete
        case .refused(let error):
            return .refused(status: row.message == .request ? error.status : 502, reason: error.code.description)
        }
    }

    /// The first head that is not interim, its length that of all heads up to it.
    private static func finalResponse(_ bytes: [UInt8], answering method: Method) -> Reading<ResponseSummary> {
        var start = 0
        var isFaulty = false
        while true {
            let reading = Reading.response(Array(bytes[start...]), answering: method)
            guard case .whole(var head) = reading else { return reading }
            start += head.length
            isFaulty = isFaulty || !head.isPersistent
            if head.status >= 200 || head.status == 101 {
                head.length = start
                head.isPersistent = !isFaulty
                return .whole(head)
            }
        }
    }

    @Test(arguments: readable)
    func `A message of the corpus becomes what it must`(_ row: CorpusCase) {
        #expect(Self.outcome(row, parts: 65536) == row.expectation)
        #expect(Self.outcome(row, parts: 1) == row.expectation)
    }

    /// A head is parsed anew whenever more of it has come: no beginning of it may be taken for anything else than the
    /// whole.
    @Test(arguments: readable)
    func `Where the message is split makes no difference`(_ row: CorpusCase) {
        let whole = Self.head(row, row.parsed)
        // Of the few that are long enough to fill memory, every hundredth place will do.
        for count in stride(from: 0, to: row.parsed.count, by: row.parsed.count > 4096 ? 97 : 1) {
            let part = Self.head(row, Array(row.parsed[..<count]))
            #expect(part == .needMore || part == whole, "after \(count) bytes")
        }
    }

    /// The head's length, that more must come, or why it is refused.
    private static func head(_ row: CorpusCase, _ bytes: [UInt8]) -> Reading<Int> {
        switch row.message {
        case .request:
            switch Reading.request(bytes) {
            case .whole(let head): .whole(head.length)
            case .needMore: .needMore
            case .refused(let error): .refused(error)
            }
        case .response(let method):
            switch Reading.response(bytes, answering: method) {
            case .whole(let head): .whole(head.length)
            case .needMore: .needMore
            case .refused(let error): .refused(error)
            }
        }
    }

    @Test(arguments: readable)
    func `A server answers it so, sent at once`(_ row: CorpusCase) throws {
        try Self.expectAnswer(to: row) { client in client.send(row.raw) }
    }

    @Test(arguments: readable)
    func `A server answers it so, sent byte by byte`(_ row: CorpusCase) throws {
        guard row.raw.count <= 4096 else { return }
        try Self.expectAnswer(to: row) { client in
            for byte in row.raw { client.send([byte]) }
        }
    }

    private static func expectAnswer(to row: CorpusCase, _ send: (TestClient) -> Void) throws {
        guard row.message == .request else { return }
        let server = try TestServer()
        let client = try server.client()
        send(client)
        switch row.expectation {
        case .accepted(_, _, closes: false): #expect(client.read(12).hasPrefix("HTTP/1.1 200"))
        case .accepted(_, _, closes: true):
            let text = client.readToEnd().text
            #expect(text.hasPrefix("HTTP/1.1 200"))
            #expect(text.dropFirst().firstRange(of: "HTTP/1.1 ") == nil)
        case .incomplete:
            client.finish()
            #expect(client.readToEnd().text.isEmpty)
        case .refused(let status, let reason):
            let (text, end) = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
            #expect(text.hasSuffix(row.raw.starts(with: "HEAD ".utf8) ? "\r\n\r\n" : "\r\n\r\n\(reason)"))
            #expect(end == .closed)
        }
    }
}

extension CorpusCase {
    /// What the parser is given: the server passes over one empty line before a request (RFC 9112 §2.2).
    fileprivate var parsed: [UInt8] {
        message == .request && raw.starts(with: [0x0D, 0x0A]) ? Array(raw.dropFirst(2)) : raw
    }
}
