import HTTPCore
import Testing

/// How many connections a client address may have.
struct AddressCensusTests {
    @Test func `An address has as many connections as it may, and again when one has ended`() {
        let census = AddressCensus()
        #expect(census.enter(1, limit: 2))
        #expect(census.enter(1, limit: 2))
        #expect(!census.enter(1, limit: 2))
        #expect(!census.enter(1, limit: 2), "who was refused was not counted, in neither direction")
        #expect(census.enter(2, limit: 2))
        census.leave(1)
        #expect(census.enter(1, limit: 2))
        #expect(!census.enter(1, limit: 2))
    }

    @Test func `Nothing is kept of those who have gone`() {
        let census = AddressCensus()
        for network in 0..<1000 as Range<UInt64> { #expect(census.enter(network, limit: 3)) }
        #expect(census.networks == 1000)
        for network in 0..<1000 as Range<UInt64> { census.leave(network) }
        #expect(census.networks == 0)
    }

    @Test func `Without a limit all are let in, and counted for the day when there is one`() {
        let census = AddressCensus()
        for _ in 0..<10_000 { #expect(census.enter(1, limit: 0)) }
        #expect(!census.enter(1, limit: 10_000))
        census.leave(1)
        #expect(census.enter(1, limit: 10_000))
    }
}
