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
        #expect(cases.count >= 80)
        #expect(Set(cases.map(\.testDescription)).count == cases.count)
        #expect(cases.contains { $0.message != .request })
    }

    /// What becomes of the message, whose content is read in parts of that size.
    private static func outcome(_ row: CorpusCase, parts size: Int) -> CorpusCase.Expectation {
        let framing: ContentFraming
        let length: Int
        switch row.message {
        case .request:
            switch Reading.request(row.raw) {
            case .whole(let head): (framing, length) = (head.framing, head.length)
            case .needMore: return .incomplete
            case .refused(let error): return .refused(status: error.status, reason: error.code.description)
            }
        case .response(let method):
            switch Reading.response(row.raw, answering: method) {
            case .whole(let head): (framing, length) = (head.framing, head.length)
            case .needMore: return .incomplete
            case .refused(let error): return .refused(status: 502, reason: error.code.description)
            }
        }
        let behind = Array(row.raw[length...])
        let parts = stride(from: 0, to: behind.count, by: size).map { Array(behind[$0..<min(behind.count, $0 + size)]) }
        let content = ContentReading(framing, parts.isEmpty ? [[]] : parts)
        switch content.end {
        case .finished: return .accepted(content: content.content, rest: Array(behind[content.used...]))
        case .needMore: return framing == .untilClose ? .accepted(content: content.content, rest: []) : .incomplete
        case .refused(let error):
            return .refused(status: row.message == .request ? error.status : 502, reason: error.code.description)
        }
    }

    @Test(arguments: readable)
    func `A message of the corpus becomes what it must`(_ row: CorpusCase) {
        #expect(Self.outcome(row, parts: 65536) == row.expectation)
        #expect(Self.outcome(row, parts: 1) == row.expectation)
    }

    @Test(arguments: readable)
    func `A server answers it so, sent at once`(_ row: CorpusCase) throws {
        guard row.message == .request else { return }
        let server = try TestServer()
        let client = try server.client()
        client.send(row.raw)
        switch row.expectation {
        case .accepted: #expect(client.read(12).hasPrefix("HTTP/1.1 200"))
        case .incomplete:
            client.finish()
            #expect(client.readToEnd().text.isEmpty)
        case .refused(let status, let reason):
            let (text, end) = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
            #expect(text.hasSuffix("\r\n\r\n\(reason)"))
            #expect(end == .closed)
        }
    }
}
