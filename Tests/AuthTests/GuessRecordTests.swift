import Auth
import HTTPCore
import Testing

/// What wrong passwords lead to. Logins, networks and passwords are numbers, times seconds.
struct GuessRecordTests {
    private static func network(_ number: UInt64) -> ClientNetwork { ClientNetwork(number: number << 8) }
    private static func digest(_ number: Int) -> CredentialDigest { Realm.digest("\(number)") }

    private struct Bed {
        var record = GuessRecord()
        private var last = 0

        mutating func guess(_ count: Int, login: UInt64 = 1, network: UInt64 = 1, at time: Int64 = 0) {
            for _ in 0..<count {
                last += 1
                record.note(digest(last), of: login, from: GuessRecordTests.network(network), now: time * 1000)
            }
        }

        mutating func isSuspect(_ network: UInt64, now: Int64) -> Bool {
            record.isSuspect(GuessRecordTests.network(network), now: now)
        }

        mutating func delay(login: UInt64 = 1, network: UInt64 = 1, at time: Int64 = 0) -> Int64 {
            record.delay(of: login, from: GuessRecordTests.network(network), now: time * 1000)
        }
    }

    @Test func `Ten are free, then the wait doubles up to a minute`() {
        var bed = Bed()
        bed.guess(9)
        #expect(bed.delay() == 0)
        var time: Int64 = 0
        for wait in [2, 4, 8, 16, 32, 60, 60] as [Int64] {
            bed.guess(1, at: time)
            #expect(bed.delay(at: time) == wait * 1000)
            time += wait
            #expect(bed.delay(at: time) == 0)
        }
        // Others have no part in it.
        bed.guess(1, at: time)
        #expect(bed.delay(login: 2, at: time) == 0)
        #expect(bed.delay(network: 2, at: time) == 0)
        // Ten minutes of quiet, and all is forgotten.
        bed.guess(1, at: time + 599)
        #expect(bed.delay(at: time + 599) == 60_000)
        bed.guess(1, at: time + 599 + 600)
        #expect(bed.delay(at: time + 599 + 600) == 0)
    }

    @Test func `Who is wrong now and then waits never`() {
        var bed = Bed()
        for minute in 0..<60 as Range<Int64> {
            bed.guess(9, at: minute * 61)
            #expect(bed.delay(at: minute * 61) == 0)
        }
    }

    @Test func `The same again is no other guess`() {
        var bed = Bed()
        for second in 0..<100 as Range<Int64> {
            bed.record.note(Self.digest(1), of: 1, from: Self.network(1), now: second * 1000)
        }
        #expect(bed.delay(at: 99) == 0)
    }

    @Test func `The right one ends it`() {
        var bed = Bed()
        bed.guess(12)
        #expect(bed.delay() > 0)
        bed.record.forget(1, from: Self.network(1))
        #expect(bed.delay() == 0)
    }

    @Test func `A network with three wrong ones, for whatever logins, is suspect for ten minutes`() {
        var bed = Bed()
        for login in 1...3 as ClosedRange<UInt64> {
            #expect(bed.isSuspect(1, now: 0) == false)
            bed.guess(1, login: login)
        }
        #expect(bed.isSuspect(1, now: 599_999) == true)
        #expect(bed.isSuspect(1, now: 600_000) == false)
        #expect(bed.isSuspect(2, now: 0) == false)
    }

    @Test func `Of a /56 each /64 is the same network, of IPv4 each address another`() {
        var record = GuessRecord()
        for number in 0..<12 as Range<UInt64> {
            record.note(Self.digest(Int(number)), of: 1, from: ClientNetwork(number: 1 << 16 | number), now: 0)
            record.note(Self.digest(Int(number)), of: 1, from: ClientNetwork([192, 0, 2, UInt8(number)]), now: 0)
        }
        let delays = [ClientNetwork(number: 1 << 16 | 200), ClientNetwork([192, 0, 2, 1])].map {
            record.delay(of: 1, from: $0, now: 0)
        }
        #expect(delays == [8000, 0])
    }

    @Test func `However many guess, memory is bounded`() {
        var bed = Bed()
        bed.guess(12, login: 1_000_000)
        for login in 0..<20_000 as Range<UInt64> { bed.guess(1, login: login, network: login) }
        #expect(bed.record.count <= 8192 + 65536)
        #expect(bed.delay(login: 1_000_000) == 0, "the oldest is forgotten")
    }
}
