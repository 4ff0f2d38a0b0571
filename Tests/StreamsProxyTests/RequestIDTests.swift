import HTTPCore
import StreamsProxy
import Testing

struct RequestIDTests {
    private static let uuid = "6d071cca-fda5-4a03-84d5-5bea65904480"

    private static func read(_ text: String) -> RequestID? {
        let bytes = Array("<\(text)>".utf8)
        return RequestID(bytes.span, 1..<bytes.count - 1)
    }

    private static func write(_ id: RequestID) -> String {
        var bytes: [UInt8] = []
        id.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: ["1700000000", "0000000000", "0000000001", "9999999999"])
    func `A well-formed id is kept as it is`(_ seconds: String) throws {
        let id = try #require(Self.read("\(seconds),\(Self.uuid)"))
        #expect(id.seconds == Int(seconds))
        #expect(id.id == UniqueID(Self.uuid))
        #expect(Self.write(id) == "\(seconds),\(Self.uuid)")
    }

    @Test(arguments: [
        "", ",", uuid, "1700000000", "1700000000,", ",\(uuid)", "170000000,\(uuid)", "17000000000,\(uuid)",
        "1700000000;\(uuid)", "1700000000, \(uuid)", "1700000000,\(uuid.uppercased())", "170000000a,\(uuid)",
        "-170000000,\(uuid)", "+170000000,\(uuid)", " 170000000,\(uuid)", "1700000000,\(uuid)0",
        "1700000000,\(uuid.dropLast())", "1700000000,\(uuid.replacing("-", with: "_"))",
        "1700000000,\(uuid.dropLast())g",
        "1700000000,\(uuid.dropLast())\"",
    ])
    func `Any other is not taken over`(_ text: String) {
        #expect(Self.read(text) == nil)
    }

    @Test(
        arguments: [
            (now: 1_700_000_000, seconds: 1_700_000_000), (now: 0, seconds: 0), (now: -5, seconds: 0),
            (now: 99_999_999_999, seconds: 9_999_999_999), (now: .max, seconds: 9_999_999_999),
        ] as [(now: Int64, seconds: Int)])
    func `A made id is well formed whatever the clock says`(_ row: (now: Int64, seconds: Int)) throws {
        var source = RequestIDSource()
        let id = source.next(unixSeconds: row.now)
        #expect(id.seconds == row.seconds)
        #expect(Self.read(Self.write(id)) == id)
    }

    @Test func `Made ids differ, within a source and between sources`() {
        var sources = [RequestIDSource(), RequestIDSource(), RequestIDSource()]
        var seen: Set<UniqueID> = []
        for _ in 0..<1000 {
            for index in sources.indices { seen.insert(sources[index].next(unixSeconds: 0).id) }
        }
        #expect(seen.count == 3000)
    }
}
