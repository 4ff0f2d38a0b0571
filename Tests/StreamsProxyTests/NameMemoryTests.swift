import HTTPCore
import StreamsProxy
import Testing

/// What is remembered of names, and for how long.
struct NameMemoryTests {
    private static func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    private static let urls: [(url: String, name: String?, port: Int)] = [
        ("http://streams.test:5160/", "streams.test", 5160), ("http://streams.test/1/version", "streams.test", 80),
        ("https://streams.test/", "streams.test", 443), ("https://a_b", "a_b", 443),
        ("http://127.0.0.1:5160/", nil, 0), ("http://[::1]:5160/", nil, 0), ("http://[::1]/", nil, 0),
        ("ftp://a/", nil, 0),
        ("http://:80/", nil, 0), ("http://a:b:80/", nil, 0), ("http://a:x/", nil, 0),
    ]

    @Test(arguments: urls)
    func `Names are resolved, addresses are not`(_ row: (url: String, name: String?, port: Int)) {
        let host = NamedHost(url: row.url)
        #expect(host?.name == row.name)
        #expect((host?.port ?? 0) == row.port)
    }

    @Test func `The system knows this machine, and not what there is not`() throws {
        let here = try #require(NamedHost(url: "http://localhost:80/"))
        #expect(here.addresses.contains { $0 == "127.0.0.1" || $0 == "[::1]" })
        let nowhere = try #require(NamedHost(url: "http://nowhere.invalid/"))
        #expect(nowhere.addresses.isEmpty)
    }

    @Test func `An answer holds for seconds, and a doubted one for a moment`() throws {
        let host = try #require(NamedHost(url: "http://streams.test/"))
        var memory = NameMemory()
        #expect(memory.addresses(of: host, at: Self.at(0)) == nil)
        let first = NameMemory.Addresses(["10.0.0.1"], since: Self.at(1000))
        memory.remember(first, of: host)
        #expect(memory.addresses(of: host, at: Self.at(3999)) == first)
        #expect(memory.addresses(of: host, at: Self.at(4000)) == nil)
        memory.doubt(host, first)
        #expect(memory.addresses(of: host, at: Self.at(1099)) == first)
        #expect(memory.addresses(of: host, at: Self.at(1100)) == nil)
        let second = NameMemory.Addresses(["10.0.0.2"], since: Self.at(1200))
        memory.remember(second, of: host)
        // Whoever still tried the old ones says nothing of the new ones.
        memory.doubt(host, first)
        #expect(memory.addresses(of: host, at: Self.at(2000)) == second)
        memory.forgetAll()
        #expect(memory.addresses(of: host, at: Self.at(2000)) == nil)
    }

    @Test func `That there is none is not remembered`() throws {
        let host = try #require(NamedHost(url: "http://streams.test/"))
        var memory = NameMemory()
        memory.remember(NameMemory.Addresses(["10.0.0.1"], since: Self.at(0)), of: host)
        memory.remember(NameMemory.Addresses([], since: Self.at(10)), of: host)
        #expect(memory.addresses(of: host, at: Self.at(20)) == nil)
    }

    @Test func `Another order of the same addresses is no other place`() {
        let one = NameMemory.Addresses(["10.0.0.1", "10.0.0.2"], since: Self.at(0))
        #expect(!one.differ(from: NameMemory.Addresses(["10.0.0.2", "10.0.0.1"], since: Self.at(9))))
        #expect(one.differ(from: NameMemory.Addresses(["10.0.0.2"], since: Self.at(9))))
    }
}
