import Auth
import Dispatch
import HTTPCore
import Synchronization
import Testing

@Suite struct PasswordPoolTests {
    /// The check for a login and password, at the cost of the test accounts.
    private func check(_ realm: Realm, _ password: String, _ login: String = "user@example.org") throws -> PasswordCheck
    {
        try #require(realm.check("Basic \(Base64.encode(Array("\(login):\(password)".utf8), .standard))"))
    }

    /// One site for each number.
    private func network(_ number: UInt64) -> ClientNetwork { ClientNetwork(number: number << 16) }

    @Test func aThousandWaitForOneHash() throws {
        let realm = Realm()
        // Two authenticators, as two workers have them: the flight is shared all the same.
        let other = Authenticator(
            directory: AccountDirectory(realm.document), allowsAccountHeader: false, cache: .init())
        let pool = PasswordPool(width: 1, queueLimit: 2)
        let gate = try Gate(pool, realm)
        let check = try check(realm, "pw:with:colons")
        let group = DispatchGroup()
        let matches = Mutex(0)
        for _ in 0..<1000 {
            group.enter()
            let isTaken = pool.submit(check, from: network(1)) { verdict in
                if verdict == .matches { matches.withLock { $0 += 1 } }
                group.leave()
            }
            #expect(isTaken == .taken)
        }
        gate.open()
        group.wait()
        #expect(matches.withLock { $0 } == 1000)
        #expect(pool.hashesRun == 2, "the gate's, and one for all")
        #expect(other.cacheCount == 0)
    }

    @Test func workersShareAFlight() throws {
        let realm = Realm()
        let directory = AccountDirectory(realm.document)
        let bytes = Array(realm.basic.utf8)
        let keys = try (0..<2).map { _ in
            let worker = Authenticator(directory: directory, allowsAccountHeader: false)
            let step = worker.decide(
                head: bytes.span, authorization: 0..<bytes.count, accountHeader: nil, now: Realm.now)
            guard case .verify(let check) = step else { throw NoCheck() }
            return check.key
        }
        #expect(keys[0] == keys[1])
        // Another reading of the same accounts makes no difference, another hash for the login does.
        #expect(try check(Realm(), "pw:with:colons").key == keys[0])
        #expect(try check(realmWithAnotherHash(), "pw:with:colons").key != keys[0])
    }

    private struct NoCheck: Error {}

    /// The same password, hashed anew.
    private func realmWithAnotherHash() throws -> Realm {
        var document = Realm.document
        document.accounts[0].password = try #require(
            PasswordHash(of: Secret(Array("pw:with:colons".utf8)), cost: .test))
        return Realm(document)
    }

    @Test func aRightPasswordIsHashedOnceForAWhile() throws {
        let realm = Realm()
        let time = Shared(Mutex<Int64>(0))
        let pool = PasswordPool(
            width: 1, memory: PasswordPool.Memory(lifetime: 1000, clock: { time.value.withLock { $0 } }))
        let right = try check(realm, "pw:with:colons")
        let wrong = try check(realm, "wrong")
        func ask(_ check: PasswordCheck) -> PasswordVerdict? {
            let verdict = Shared(Mutex<PasswordVerdict?>(nil))
            let answered = DispatchSemaphore(value: 0)
            let isTaken = pool.submit(check, from: network(1)) { given in
                verdict.value.withLock { $0 = given }
                answered.signal()
            }
            #expect(isTaken == .taken)
            answered.wait()
            return verdict.value.withLock { $0 }
        }
        for _ in 0..<100 { #expect(ask(right) == .matches) }
        #expect(pool.hashesRun == 1)
        for _ in 0..<2 { #expect(ask(wrong) == .differs) }
        #expect(pool.hashesRun == 3, "what was wrong is not remembered here")
        time.value.withLock { $0 = 1000 }
        #expect(ask(right) == .matches)
        #expect(pool.hashesRun == 4)
        // The same accounts, read again: the same key. Another hash: another.
        #expect(try ask(check(Realm(), "pw:with:colons")) == .matches)
        #expect(pool.hashesRun == 4)
        #expect(try ask(check(realmWithAnotherHash(), "pw:with:colons")) == .matches)
        #expect(pool.hashesRun == 5)
    }

    /// What can't be copied, held by reference.
    private final class Shared<Value: ~Copyable & Sendable>: Sendable {
        let value: Value
        init(_ value: consuming Value) { self.value = value }
    }

    @Test func tooManyAreRefused() throws {
        let realm = Realm()
        let pool = PasswordPool(width: 1, queueLimit: 2)
        let gate = try Gate(pool, realm)
        let group = DispatchGroup()
        for password in ["one", "two"] {
            group.enter()
            #expect(pool.submit(try check(realm, password), from: network(1)) { _ in group.leave() } == .taken)
        }
        let isThirdTaken = pool.submit(try check(realm, "three"), from: network(1)) { _ in
            #expect(Bool(false), "refused, and yet answered")
        }
        #expect(isThirdTaken == .full)
        // Joining one that waits already takes no place.
        group.enter()
        #expect(pool.submit(try check(realm, "one"), from: network(1)) { _ in group.leave() } == .taken)
        gate.open()
        group.wait()
        #expect(pool.hashesRun == 3)
        group.enter()
        #expect(pool.submit(try check(realm, "three"), from: network(1)) { _ in group.leave() } == .taken)
        group.wait()
    }

    /// A pool of one thread, and what it said.
    private struct Bed {
        let pool: PasswordPool
        let realm = Realm()
        let group = DispatchGroup()
        let verdicts = Shared(Mutex<[String]>([]))
        let time = Shared(Mutex<Int64>(0))

        init(queueLimit: Int) {
            let time = time
            pool = PasswordPool(
                width: 1, queueLimit: queueLimit,
                memory: PasswordPool.Memory(lifetime: 0, clock: { time.value.withLock { $0 } }))
        }

        func submit(
            _ password: String, _ login: String = "user@example.org", from network: UInt64
        ) throws -> PasswordPool.Submission {
            let value = "Basic \(Base64.encode(Array("\(login):\(password)".utf8), .standard))"
            group.enter()
            let submission = pool.submit(
                try #require(realm.check(value)), from: ClientNetwork(number: network << 16)
            ) { [verdicts, group] verdict in
                verdicts.value.withLock { $0.append("\(password) \(verdict)") }
                group.leave()
            }
            if submission != .taken { group.leave() }
            return submission
        }

        /// All that was said when nothing waits any more.
        func told() -> [String] {
            group.wait()
            return verdicts.value.withLock { verdicts in
                defer { verdicts = [] }
                return verdicts
            }
        }
    }

    @Test func aFloodOfOneClientMakesRoomForOthers() throws {
        let bed = Bed(queueLimit: 8)
        let gate = try Gate(bed.pool, bed.realm)
        for number in 1...8 { #expect(try bed.submit("guess \(number)", "\(number)", from: 1) == .taken) }
        #expect(try bed.submit("guess 9", "9", from: 1) == .full)
        // Another client is let in, for the flood's last, and is next but one.
        #expect(try bed.submit("pw:with:colons", from: 2) == .taken)
        #expect(bed.verdicts.value.withLock { $0 } == ["guess 8 failed"])
        gate.open()
        let order = bed.told()
        #expect(order.count == 9)
        #expect(order.prefix(3) == ["guess 8 failed", "guess 1 differs", "pw:with:colons matches"])
        #expect(bed.pool.hashesRun == 9, "the gate's, seven of the flood, one of the other client")
    }

    @Test func whoWasRightLatelyPassesWhereverStrangersComeFrom() throws {
        let bed = Bed(queueLimit: 8)
        #expect(try bed.submit("pw:with:colons", from: 1) == .taken)
        #expect(bed.told() == ["pw:with:colons matches"])
        let gate = try Gate(bed.pool, bed.realm)
        for number in 10..<18 as Range<UInt64> {
            #expect(try bed.submit("guess \(number)", "\(number)", from: number) == .taken)
        }
        #expect(try bed.submit("guess", "18", from: 18) == .full, "eight networks are a full line")
        #expect(try bed.submit("pw:with:colons", from: 10) == .taken)
        gate.open()
        #expect(bed.told().first == "pw:with:colons matches")
    }

    @Test func networksThatGuessComeAfterThoseThatDont() throws {
        let bed = Bed(queueLimit: 8)
        for network in 10..<20 as Range<UInt64> {
            for number in 1...3 {
                #expect(try bed.submit("\(network) \(number)", "\(network)", from: network) == .taken)
            }
            _ = bed.told()
        }
        let gate = try Gate(bed.pool, bed.realm)
        let submissions = try (10..<20 as Range<UInt64>).map { try bed.submit("again", "\($0)", from: $0) }
        #expect(submissions.filter { $0 == .taken }.count == 2, "a quarter of the places")
        for number in 30..<38 as Range<UInt64> {
            #expect(try bed.submit("new \(number)", "\(number)", from: number) == .taken)
        }
        gate.open()
        // Two of three turns are theirs who have not guessed, wherever the turns begin.
        #expect(bed.told().prefix(3).count { $0.hasPrefix("new") } == 2)
    }

    @Test func guessesAtOneLoginFromEverywhereLeaveRoomForOtherLogins() throws {
        let bed = Bed(queueLimit: 64)
        let gate = try Gate(bed.pool, bed.realm)
        let submissions = try (10..<100 as Range<UInt64>).map { try bed.submit("guess \($0)", from: $0) }
        #expect(submissions.filter { $0 == .taken }.count == 8 + 16)
        #expect(try bed.submit("other", "other@example.org", from: 100) == .taken)
        gate.open()
        _ = bed.told()
    }

    @Test func whoGuessesMustWaitAndNobodyElse() throws {
        let bed = Bed(queueLimit: 64)
        #expect(try bed.submit("pw:with:colons", from: 1) == .taken)
        _ = bed.told()
        for number in 1...10 {
            #expect(try bed.submit("guess \(number)", from: 1) == .taken)
            _ = bed.told()
        }
        let hashes = bed.pool.hashesRun
        #expect(try bed.submit("guess 11", from: 1) == .guessing(seconds: 2))
        #expect(bed.pool.hashesRun == hashes, "refused before it is hashed")
        #expect(try bed.submit("guess 11", from: 2) == .taken, "another network")
        #expect(try bed.submit("guess 11", "other@example.org", from: 1) == .taken, "another login")
        #expect(try bed.submit("pw:with:colons", from: 1) == .taken, "one that was right")
        #expect(bed.told().sorted() == ["guess 11 differs", "guess 11 differs", "pw:with:colons matches"])
        // Who was right was not guessing.
        #expect(try bed.submit("guess 12", from: 1) == .taken)
        _ = bed.told()
    }

    @Test func guessesThatWaitAreNotHashedWhenTheirNetworkMustWait() throws {
        let bed = Bed(queueLimit: 64)
        let gate = try Gate(bed.pool, bed.realm)
        for number in 0..<24 { #expect(try bed.submit("guess \(number)", from: 1) == .taken) }
        gate.open()
        let told = bed.told()
        #expect(told.filter { $0.hasSuffix("differs") }.count == 10)
        #expect(told.filter { $0.hasSuffix("failed") }.count == 14)
        #expect(bed.pool.hashesRun == 11)
        #expect(try bed.submit("guess", from: 1) == .guessing(seconds: 2))
        bed.time.value.withLock { $0 = 2000 }
        #expect(try bed.submit("guess", from: 1) == .taken)
        _ = bed.told()
    }

    @Test func anUnknownLoginIsHashedToo() throws {
        let realm = Realm()
        let pool = PasswordPool(width: 1)
        let group = DispatchGroup()
        group.enter()
        let check = try check(realm, "pw:with:colons", "nobody@example.org")
        let isTaken = pool.submit(check, from: network(1)) { verdict in
            #expect(verdict == .differs)
            group.leave()
        }
        #expect(isTaken == .taken)
        group.wait()
        #expect(pool.hashesRun == 1)
    }

    /// Holds the pool's only thread until it is opened.
    private struct Gate {
        private let semaphore = DispatchSemaphore(value: 0)

        init(_ pool: PasswordPool, _ realm: Realm) throws {
            let entered = DispatchSemaphore(value: 0)
            let semaphore = semaphore
            let value = "Basic \(Base64.encode(Array("gate@example.org:gate".utf8), .standard))"
            let isTaken = pool.submit(try #require(realm.check(value)), from: ClientNetwork(number: 0)) { _ in
                entered.signal()
                semaphore.wait()
            }
            #expect(isTaken == .taken)
            entered.wait()
        }

        func open() { semaphore.signal() }
    }
}

@Suite struct PasswordHashTests {
    @Test func comparesByContent() throws {
        let hash = try #require(PasswordHash(of: Secret(Array("Grüße".utf8)), cost: .test))
        #expect(hash.verdict(on: Secret(Array("Grüße".utf8))) == .matches)
        for other in ["", "Grüß", "Grüße ", "grüße", "Grüße\u{0}"] {
            // That the last one is like the first is scrypt's nature, and why control characters are refused before.
            let expected: PasswordVerdict = other == "Grüße\u{0}" ? .matches : .differs
            #expect(hash.verdict(on: Secret(Array(other.utf8))) == expected, "\(other)")
        }
    }

    @Test func twoHashesOfOnePasswordDiffer() throws {
        let first = try #require(PasswordHash(of: Secret(Array("same".utf8)), cost: .test))
        let second = try #require(PasswordHash(of: Secret(Array("same".utf8)), cost: .test))
        #expect(first != second)
    }

    @Test func theEmptyPasswordIsHashedAsWell() throws {
        let hash = try #require(PasswordHash(of: Secret([]), cost: .test))
        #expect(hash.verdict(on: Secret([])) == .matches)
        #expect(hash.verdict(on: Secret(Array("x".utf8))) == .differs)
    }

    @Test func standardCost() {
        #expect(PasswordCost.standard == PasswordCost(n: 16384, r: 8, p: 1))
        for (n, r, p) in [(1000, 8, 1), (512, 8, 1), (131_072, 8, 1), (16384, 0, 1), (16384, 8, 0), (65536, 16, 1)] {
            #expect(PasswordCost(n: n, r: r, p: p) == nil)
        }
    }
}
