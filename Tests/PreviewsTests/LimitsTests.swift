import HTTPCore
import Previews
import Synchronization
import Testing

/// Viewers and rates by account and token, and what clients are told of them.
struct LimitsTests {
    private static func id(_ number: Int) -> UniqueID { UniqueID(high: 7, low: UInt64(number)) }
    private static func at(_ seconds: Double) -> Instant {
        Instant(nanoseconds: 5_000_000_000 + Int64((seconds * 1e9).rounded()))
    }

    // MARK: Viewers

    @Test func `A token has its viewers, and its account as many more`() {
        let census = PrincipalCensus()
        let limits = PrincipalCensus.Limits(perAccount: 5, perToken: 3)
        let withToken = PrincipalCensus.Member(account: Self.id(1), token: Self.id(2))
        let without = PrincipalCensus.Member(account: Self.id(1), token: nil)
        for _ in 0..<3 { #expect(census.enter(withToken, limits) == nil) }
        #expect(census.enter(withToken, limits) == .token(limit: 3))
        for _ in 0..<2 { #expect(census.enter(without, limits) == nil) }
        #expect(census.enter(without, limits) == .account(limit: 5))
        #expect(census.viewers(of: Self.id(1)) == 5 && census.viewers(token: Self.id(2)) == 3)
        census.leave(without)
        #expect(
            census.enter(PrincipalCensus.Member(account: Self.id(1), token: Self.id(3)), limits) == nil)
        // Another account feels nothing of it.
        #expect(census.enter(PrincipalCensus.Member(account: Self.id(9), token: nil), limits) == nil)
        census.leave(withToken)
        #expect(census.enter(withToken, limits) == nil)
    }

    @Test func `Whoever is refused is not counted`() {
        let census = PrincipalCensus()
        let member = PrincipalCensus.Member(account: Self.id(1), token: Self.id(2))
        let limits = PrincipalCensus.Limits(perAccount: 1, perToken: 0)
        #expect(census.enter(member, limits) == nil)
        for _ in 0..<3 { #expect(census.enter(member, limits) == .account(limit: 1)) }
        census.leave(member)
        #expect(census.viewers(of: Self.id(1)) == 0 && census.viewers(token: Self.id(2)) == 0)
    }

    @Test func `Zero sets no limit`() {
        let census = PrincipalCensus()
        let member = PrincipalCensus.Member(account: Self.id(1), token: Self.id(2))
        for _ in 0..<1000 {
            #expect(census.enter(member, PrincipalCensus.Limits(perAccount: 0, perToken: 0)) == nil)
        }
    }

    @Test func `Of sixty-four at once on four threads exactly three pass`() async {
        let census = PrincipalCensus()
        let member = PrincipalCensus.Member(account: Self.id(1), token: Self.id(2))
        let passed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<16).count { _ in
                        census.enter(member, PrincipalCensus.Limits(perAccount: 0, perToken: 3)) == nil
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(passed == 3)
    }

    // MARK: Rates

    @Test func `A burst passes, the next waits exactly as long as it must`() {
        let table = RateTable()
        let policy = RatePolicy(rate: 10, burst: 20)
        for number in 0..<20 {
            let decision = table.take(Self.id(1), policy, at: Self.at(0))
            #expect(decision.isAllowed && decision.remaining == 19 - number && decision.wait == 0)
        }
        let refused = table.take(Self.id(1), policy, at: Self.at(0))
        #expect(!refused.isAllowed && refused.remaining == 0 && refused.wait == 100_000_000)
        #expect(refused.retryAfter == 1 && refused.reset == 2)
        #expect(!table.take(Self.id(1), policy, at: Self.at(0.0999)).isAllowed)
        #expect(table.take(Self.id(1), policy, at: Self.at(0.1)).isAllowed)
        #expect(table.take(Self.id(2), policy, at: Self.at(0)).isAllowed, "another account")
    }

    @Test(arguments: [(1, 1), (3, 3), (7, 100), (10, 20), (999, 5), (1_000_000, 1)])
    func `As many pass in a minute as the rate says`(_ rate: Int, _ burst: Int) {
        let table = RateTable()
        let policy = RatePolicy(rate: rate, burst: burst)
        // Where the rate is high, a second will do.
        let (seconds, step) = rate > 1000 ? (0.01, 0.0000005) : (60.0, max(0.001, 0.1 / Double(rate)))
        var passed = 0
        for index in 0..<Int(seconds / step)
        where table.take(Self.id(1), policy, at: Self.at(Double(index) * step)).isAllowed {
            passed += 1
        }
        let expected = Int(Double(rate) * seconds) + burst
        #expect(abs(passed - expected) <= 1 + expected / 100, "\(passed) of \(expected)")
    }

    @Test func `Bytes: all or nothing, and what is larger than the burst is paid for afterwards`() {
        let table = RateTable()
        let policy = RatePolicy(rate: 1_000_000, burst: 100_000)
        #expect(table.take(Self.id(1), policy, cost: 60_000, at: Self.at(0)).isAllowed)
        let refused = table.take(Self.id(1), policy, cost: 60_000, at: Self.at(0))
        #expect(!refused.isAllowed && refused.wait == 20_000_000)
        #expect(table.take(Self.id(1), policy, cost: 40_000, at: Self.at(0)).isAllowed)
        #expect(table.take(Self.id(2), policy, cost: 300_000, at: Self.at(0)).isAllowed)
        let owing = table.take(Self.id(2), policy, cost: 300_000, at: Self.at(0.1))
        #expect(!owing.isAllowed && owing.wait == 200_000_000)
        #expect(table.take(Self.id(2), policy, cost: 300_000, at: Self.at(0.3)).isAllowed)
    }

    @Test func `A smaller burst in new settings forgives what is beyond it`() {
        let table = RateTable()
        for _ in 0..<1000 {
            _ = table.take(Self.id(1), RatePolicy(rate: 1, burst: 1000), at: Self.at(0))
        }
        let decision = table.take(Self.id(1), RatePolicy(rate: 1, burst: 2), at: Self.at(0))
        #expect(!decision.isAllowed && decision.wait <= 2_000_000_000)
    }

    @Test func `Whoever takes nothing is forgotten`() {
        let table = RateTable()
        let policy = RatePolicy(rate: 10, burst: 10)
        for number in 0..<20_000 {
            _ = table.take(Self.id(number), policy, at: Self.at(Double(number) * 0.01))
        }
        #expect(table.count < 4000)
    }

    @Test func `Any numbers of settings are taken without a trap`() {
        let table = RateTable()
        for rate in [0, 1, 1 << 31, .max] {
            for burst in [0, 1, 1 << 31, .max] {
                for cost in [0, 1, 1 << 23, .max] {
                    let policy = RatePolicy(rate: rate, burst: burst)
                    let decision = table.take(Self.id(rate ^ burst), policy, cost: cost, at: Self.at(1))
                    #expect(
                        decision.remaining >= 0 && decision.wait >= 0 && decision.full >= 0
                            && policy.window >= 1)
                }
            }
        }
        #expect(RatePolicy(rate: 10, burst: 0) == RatePolicy(rate: 10, burst: 10))
    }

    // MARK: Fields

    @Test func `Both fields are lists of what is set`() {
        let policy = RatePolicy(rate: 10, burst: 600)
        let decision = RateTable().take(Self.id(1), policy, at: Self.at(0))
        let items = [
            RateLimitItem("viewers", concurrent: 16, remaining: 15),
            RateLimitItem("requests", policy, decision),
            RateLimitItem("bytes", unit: .contentBytes, RatePolicy(rate: 5, burst: 9), decision),
        ]
        let fields = String(
            decoding: [UInt8](writing: { RateLimitFields.append(items, to: &$0) }), as: UTF8.self)
        #expect(
            fields == """
                RateLimit-Policy: "viewers";q=16;qu="concurrent-requests", "requests";q=600;w=60, \
                "bytes";q=9;w=2;qu="content-bytes"\r
                RateLimit: "viewers";r=15, "requests";r=599;t=1, "bytes";r=599;t=1\r

                """)
    }

    @Test func `Without a limit there is no field`() {
        #expect([UInt8](writing: { RateLimitFields.append([], to: &$0) }).isEmpty)
    }
}
