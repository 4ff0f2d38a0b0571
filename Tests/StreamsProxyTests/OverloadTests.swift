import HTTPCore
import StreamsProxy
import Testing

/// The bounds of the proxy as a whole: what they are called, how many clients they allow, when the operator hears of it.
struct OverloadTests {
    @Test func `Every bound has a code of its own, unlike that of any malformed message`() {
        let codes = Overload.allCases.map(\.code.description)
        #expect(
            codes == [
                "too_many_connections", "too_many_connections_of_address", "no_descriptors_left",
                "too_many_buffered_bytes", "too_many_open_calls", "too_many_viewers",
            ])
        #expect(Set(codes).isDisjoint(with: MessageError.allCases.map(\.code.description)))
        for code in codes { #expect(code.allSatisfy { $0.isLowercase || $0 == "_" }) }
    }

    private static let allowances: [(limit: Int, workers: Int, descriptors: Int, connections: Int)] = [
        (8192, 2, 1 << 20, 8192), (8192, 1, 10995, 8192), (8192, 1, 10994, 8191), (8192, 2, 1024, 354),
        (8192, 64, 1024, 5), (8192, 64, 256, 1), (8192, 2, 0, 1), (10, 2, 1024, 10),
    ]

    @Test(arguments: allowances)
    func `No more clients are taken than there are descriptors for`(
        _ row: (limit: Int, workers: Int, descriptors: Int, connections: Int)
    ) {
        var limits = LimitSettings()
        limits.connections = row.limit
        let allowance = ConnectionAllowance(
            limits, workers: row.workers, descriptors: row.descriptors,
            addresses: AddressCensus())
        #expect(allowance.connections == row.connections)
    }

    @Test(arguments: [(2, 400), (1, 400), (2, 65536), (4, 1024), (64, 1 << 20)])
    func `Viewers leave room for other clients and for their connections`(workers: Int, descriptors: Int) {
        let allowance = ConnectionAllowance(
            LimitSettings(), workers: workers, descriptors: descriptors, addresses: AddressCensus())
        let share = descriptors / workers
        #expect(allowance.descriptors < share)
        // Beside as many viewers as there may be, each with two, others are let in and have connections to Luna-Streams.
        let others = allowance.forClients - 2 * allowance.viewers
        #expect(others >= allowance.descriptors / 9)
        #expect(allowance.descriptors - allowance.forClients >= others)
        #expect(allowance.viewers >= share / 10)
    }

    private static func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    @Test func `The operator is told at once, and then once a minute how many there were`() {
        var notes = OverloadNotes()
        let first = notes.message(.connectionsOfAddress, at: Self.at(1000)) ?? "none"
        #expect(first.hasPrefix("too_many_connections_of_address: LIMITS.connections_per_address is reached"))
        #expect(first.hasSuffix("; 1 refused"))
        for second in 1000..<1060 as Range<Int64> {
            let line = notes.message(.connectionsOfAddress, at: Self.at(second))
            #expect(line == nil)
        }
        let other = notes.message(.connections, at: Self.at(1030)) ?? "none"
        #expect(other.hasSuffix("; 1 refused"))
        let second = notes.message(.connectionsOfAddress, at: Self.at(1060)) ?? "none"
        #expect(second.hasSuffix("; 61 refused"))
    }
}
