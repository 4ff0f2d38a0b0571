import HTTPCore
import Testing

/// Every byte at every place of a name, a value, a target and a version: heads are read several bytes at a time, and what
/// is let through and refused is the same as byte by byte.
struct HeadParserByteTests {
    /// Lengths on both sides of one and two registers.
    static let lengths = [1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 18, 24, 25, 33]

    /// What came of all byte values at all places of `text`, where `head` puts it; those that are not as `expected` says.
    private static func mismatches(
        in text: [UInt8], head: ([UInt8]) -> [UInt8], expected: (_ changed: [UInt8]) -> Bool
    ) -> [String] {
        var wrong: [String] = []
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let isWhole = if case .whole = Reading.request(head(changed)) { true } else { false }
                if isWhole != expected(changed) { wrong.append("\(byte) at \(place) of \(text.count)") }
            }
        }
        return wrong
    }

    @Test(arguments: lengths)
    func `A field name holds what a token may hold`(length: Int) {
        let wrong = Self.mismatches(in: Array(repeating: UInt8(ascii: "q"), count: length)) { name in
            [UInt8](raw: "GET / HTTP/1.1\r\nHost: h\r\n") + name + [UInt8](raw: ": v\r\n\r\n")
        } expected: { name in
            // With a colon in it, what follows is the value; a name that begins with one is none.
            guard let colon = name.firstIndex(of: UInt8(ascii: ":")) else { return name.allSatisfy(ASCII.isToken) }
            return colon > 0
        }
        #expect(wrong == [])
    }

    @Test(arguments: lengths)
    func `A field value holds what a value may hold`(length: Int) {
        for filling in [0x71, 0x80] as [UInt8] {
            let wrong = Self.mismatches(in: Array(repeating: filling, count: length)) { value in
                [UInt8](raw: "GET / HTTP/1.1\r\nHost: h\r\nA: ") + value + [UInt8](raw: "\r\n\r\n")
            } expected: {
                $0.allSatisfy(ASCII.isFieldValue)
            }
            #expect(wrong == [])
        }
    }

    private func isOfTarget(_ rest: [UInt8], inQuery: Bool) -> Bool {
        let mark = inQuery ? 0 : rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.count
        return rest[..<mark].allSatisfy { ASCII.isPath($0) && $0 != UInt8(ascii: "%") }
            && rest[mark...].allSatisfy(ASCII.isQuery)
    }

    @Test(arguments: lengths)
    func `A target holds what a path and a query may hold`(length: Int) {
        for (start, filling) in [("/", "q"), ("/", "_"), ("/?", "q"), ("/q%20", "."), ("/?a=%41&", "-")] {
            let wrong = Self.mismatches(in: Array(repeating: Array(filling.utf8)[0], count: length)) { rest in
                [UInt8](raw: "GET \(start)") + rest + [UInt8](raw: " HTTP/1.1\r\nHost: h\r\n\r\n")
            } expected: {
                // In a path no percent sign has two digits behind it here; in a query it may stand alone.
                isOfTarget($0, inQuery: start.contains("?"))
            }
            #expect(wrong == [])
        }
    }

    @Test(arguments: ["HTTP/1.1", "HTTP/1.0"])
    func `No other byte makes a version`(version: String) {
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var changed = Array(version.utf8)
                changed[place] = byte
                let reading = Reading.request([UInt8](raw: "GET / ") + changed + [UInt8](raw: "\r\nHost: h\r\n\r\n"))
                switch String(decoding: changed, as: UTF8.self) {
                case "HTTP/1.1", "HTTP/1.0":
                    guard case .whole(let head) = reading else {
                        Issue.record("\(byte) at \(place): \(reading)")
                        continue
                    }
                    #expect(head.version == (changed[7] == UInt8(ascii: "1") ? .http11 : .http10))
                default:
                    let isDigit = ASCII.isDigit(byte) && (place == 5 || place == 7)
                    switch byte {
                    case 0x0A: #expect(reading == .refused(.lineEndWithoutCarriageReturn))
                    case 0x0D: #expect(reading == .refused(.carriageReturnAlone) || place == 7)
                    default: #expect(reading == .refused(isDigit ? .unsupportedVersion : .malformedRequestLine))
                    }
                }
            }
        }
    }

    // MARK: Lines

    @Test(arguments: [0, 1, 127, 128, 129, 256, 257, 1000])
    func `As many lines are kept as the limit lets through`(count: Int) throws {
        var limits = MessageLimits()
        limits.fields = 1000
        var bytes = [UInt8](raw: "HTTP/1.1 200 OK\r\n")
        for index in 0..<count { bytes += [UInt8](raw: "\(index == 130 ? "Date" : "a"): \(index)\r\n") }
        bytes += [UInt8](raw: "\r\n")
        var head = ResponseHead()
        // The second time, in memory that has grown.
        for _ in 0..<2 {
            let isWhole = try HeadParser(limits: limits).parse(bytes.span, answering: .get, into: &head)
            #expect(isWhole)
            let found = head.fields.count
            #expect(found == count)
            for index in 0..<count {
                let value = head.fields[index].valueRange
                #expect(String(decoding: bytes[value], as: UTF8.self) == "\(index)")
            }
            let date = head.fields.value(.date).map { String(decoding: bytes[$0], as: UTF8.self) }
            #expect(date == (count > 130 ? "130" : nil))
        }
        let one = [UInt8](raw: "HTTP/1.1 200 OK\r\nEtag: x\r\n\r\n")
        _ = try HeadParser(limits: limits).parse(one.span, answering: .get, into: &head)
        let (found, date, etag) = (head.fields.count, head.fields.value(.date), head.fields.value(.etag))
        #expect(found == 1)
        #expect(date == nil)
        #expect(etag == 23..<24)
    }

    @Test(arguments: [
        (lines: [], names: false), (lines: ["close"], names: false), (lines: ["KEEP-Alive"], names: false),
        (lines: ["upgrade, close"], names: false), (lines: [""], names: false),
        (lines: ["keep-alive", ""], names: false),
        (lines: ["keep-alive, x"], names: true), (lines: ["x"], names: true), (lines: ["keep-aliv"], names: true),
        (lines: ["closed"], names: true), (lines: ["close", "x"], names: true), (lines: ["x", "close"], names: true),
        (lines: ["keep-alive ,,"], names: false),
    ])
    func `A head says whether Connection names fields`(_ row: (lines: [String], names: Bool)) throws {
        let fields = row.lines.map { "Connection: \($0)\r\n" }.joined()
        var request = RequestHead()
        var response = ResponseHead()
        // Whatever the head before it said.
        for before in ["Connection: x\r\n", fields, "", fields] {
            let requestBytes = [UInt8](raw: "GET / HTTP/1.1\r\nHost: h\r\n\(before)\r\n")
            _ = try HeadParser().parse(requestBytes.span, into: &request)
            let responseBytes = [UInt8](raw: "HTTP/1.1 200 OK\r\n\(before)\r\n")
            _ = try HeadParser().parse(responseBytes.span, answering: .get, into: &response)
            let found = (request.nominatesFields, response.nominatesFields)
            let expected = before == fields ? row.names : !before.isEmpty
            #expect(found == (expected, expected))
        }
    }

    @Test(arguments: ["close", "keep-alive", "x", ""])
    func `Options are counted over all lines`(option: String) {
        for (count, isWhole) in [(32, true), (33, false)] {
            let lines = String(repeating: "Connection: \(option)\r\n", count: count)
            let reading = Reading.request([UInt8](raw: "GET / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n"))
            #expect((reading == .refused(.tooManyOptions)) == !isWhole)
        }
    }
}
