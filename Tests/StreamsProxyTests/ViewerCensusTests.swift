import HTTPCore
import StreamsProxy
import Testing

/// Whose preview ends where there is no room for another.
struct ViewerCensusTests {
    private final class Viewer: ChainMember {
        var before: Viewer?
        var after: Viewer?
    }

    @Test func `Whoever has most loses the one that came last`() {
        var census = ViewerCensus<Viewer>()
        let many = (0..<5).map { _ in Viewer() }
        for viewer in many { census.enter(viewer, of: .network(1)) }
        let few = (0..<2).map { _ in Viewer() }
        for viewer in few { census.enter(viewer, of: .network(2)) }
        #expect(census.count == 7)
        #expect(census.viewerToGo(for: .network(3)) === many[4])
        #expect(census.viewerToGo(for: .network(2)) === many[4])
        // It has most itself.
        #expect(census.viewerToGo(for: .network(1)) == nil)
        census.leave(many[4], of: .network(1))
        #expect(census.viewerToGo(for: .network(2)) === many[3])
        census.leave(many[3], of: .network(1))
        // With one more it would have as many.
        #expect(census.viewerToGo(for: .network(2)) == nil)
        #expect(census.viewerToGo(for: .network(3)) === many[2])
        // Members hold each other: what is left in a chain is never freed.
        for viewer in many.prefix(3) { census.leave(viewer, of: .network(1)) }
        for viewer in few { census.leave(viewer, of: .network(2)) }
        #expect(census.count == 0)
    }

    @Test func `Nobody with one viewer loses it`() {
        var census = ViewerCensus<Viewer>()
        #expect(census.viewerToGo(for: .network(1)) == nil)
        let viewers = (0...100).map { _ in Viewer() }
        for (network, viewer) in viewers.enumerated() { census.enter(viewer, of: .network(UInt64(network))) }
        #expect(census.viewerToGo(for: .network(101)) == nil)
        for (network, viewer) in viewers.enumerated() { census.leave(viewer, of: .network(UInt64(network))) }
        #expect(census.count == 0)
    }

    @Test func `The greatest is found among any, whoever comes and goes`() {
        var census = ViewerCensus<Viewer>()
        var held: [UInt64: [Viewer]] = [:]
        var state: UInt64 = 99
        for _ in 0..<5000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let network = state >> 33 % 7
            if state >> 45 & 1 == 0, let viewer = held[network]?.popLast() {
                census.leave(viewer, of: .network(network))
            } else {
                let viewer = Viewer()
                held[network, default: []].append(viewer)
                census.enter(viewer, of: .network(network))
            }
            let most = held.values.map(\.count).max() ?? 0
            let goes = census.viewerToGo(for: .network(1000))
            #expect((goes != nil) == (most > 1))
            if let goes { #expect(held.values.contains { $0.count == most && $0.last === goes }) }
            #expect(census.count == held.values.map(\.count).reduce(0, +))
        }
        for (network, viewers) in held {
            for viewer in viewers { census.leave(viewer, of: .network(network)) }
        }
        #expect(census.count == 0)
    }
}
