import HTTPCore
import SeededRandom
import Testing

struct BufferSharesTests {
    private struct Held {
        let payer: BufferPayer
        let place: Int
        var bytes: Int
        let since: Int
    }

    @Test func `Whoever keeps most is known, and what of it is oldest, whatever comes and goes`() throws {
        var random = SeededRandom(20_261_130)
        var shares = BufferShares<Int>()
        var held: [Int: Held] = [:]
        for round in 0..<20_000 {
            let holder = Int.random(in: 0..<60, using: &random)
            if let known = held[holder] {
                if Bool.random(using: &random) {
                    let bytes = Int.random(in: 1...1000, using: &random)
                    let isKnown = shares.change(known.place, of: known.payer, to: bytes)
                    #expect(isKnown)
                    held[holder]?.bytes = bytes
                } else {
                    let isAnothers = shares.change(known.place, of: .neighbourhood(.max), to: 1)
                    let isNothing = shares.change(known.place, of: known.payer, to: 0)
                    #expect(!isAnothers && !isNothing)
                    shares.leave(known.place)
                    held[holder] = nil
                }
            } else {
                let payer = BufferPayer.neighbourhood(.random(in: 0..<12, using: &random))
                let bytes = Int.random(in: 1...1000, using: &random)
                held[holder] = Held(payer: payer, place: shares.join(holder, payer, bytes), bytes: bytes, since: round)
            }
            var sums: [BufferPayer: Int] = [:]
            for one in held.values { sums[one.payer, default: 0] += one.bytes }
            #expect(shares.count == held.values.reduce(0) { $0 + $1.bytes })
            #expect(shares.most == sums.values.max() ?? 0)
            guard let oldest = shares.oldestOfMost else {
                #expect(held.isEmpty)
                continue
            }
            let chosen = try #require(held[oldest])
            #expect(sums[chosen.payer] == shares.most)
            #expect(!held.values.contains { $0.payer == chosen.payer && $0.since < chosen.since })
        }
    }

    @Test(arguments: [1 << 23, 1 << 28, 12_345_678])
    func `What strangers and guests may keep is no more than the whole`(_ total: Int) {
        let bounds = BufferBounds(total: total)
        #expect(bounds.strangers + bounds.guests == total)
        #expect(bounds.share < bounds.guests)
        // A creation of a mebibyte, as it is gathered, with its head.
        #expect(bounds.share >= 1 << 20 + 1 << 16)
    }

    @Test(arguments: [
        (one: [192, 0, 2, 1] as [UInt8], other: [192, 0, 2, 254] as [UInt8], areOne: true),
        (one: [192, 0, 2, 1], other: [192, 0, 3, 1], areOne: false),
        (
            one: [0x20, 1, 0xD, 0xB8, 0, 0, 1, 0] + .init(repeating: 0, count: 8),
            other: [0x20, 1, 0xD, 0xB8, 0, 0, 1, 0xFF] + .init(repeating: 1, count: 8), areOne: true
        ),
        (
            one: [0x20, 1, 0xD, 0xB8, 0, 0, 1, 0] + .init(repeating: 0, count: 8),
            other: [0x20, 1, 0xD, 0xB8, 0, 0, 2, 0] + .init(repeating: 0, count: 8), areOne: false
        ),
    ])
    func `A neighbourhood is an IPv4 24 or an IPv6 56`(_ row: (one: [UInt8], other: [UInt8], areOne: Bool)) {
        let numbers = [row.one, row.other].map { ClientNetwork($0).neighbourhood }
        #expect((numbers[0] == numbers[1]) == row.areOne)
    }
}
