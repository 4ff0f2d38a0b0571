import Auth
import Dispatch
import HTTPCore
import Synchronization
import Testing

/// The table that workers share, under a clock of the test's own: milliseconds from `Realm.now`.
@Suite struct DecisionTableTests {
    private static let allowed = Decision.allowed(
        Principal(accountID: Realm.userID, accountType: .user, kind: .token, tokenID: Realm.tokenID))
    private static let refused = Decision.unauthenticated(.tokenUnknown)
    private static let down = Decision.unavailable(.accountsUnreachable)

    private static func digest(_ token: String) -> CredentialDigest { Realm.digest(token) }

    private static let owner = ObjectIdentifier(Bed.self)
    private static let asker = DecisionTable.Asker(network: .none, owner: owner) {}

    private static func expiring(_ milliseconds: Int64) -> Decision {
        .allowed(
            Principal(
                accountID: Realm.userID, accountType: .user, kind: .token, tokenID: Realm.tokenID,
                expires: (Realm.now + milliseconds) / 1000))
    }

    /// A table with what its waiters were told.
    private final class Bed: Sendable {
        let table: DecisionTable
        private let heard = Mutex<[DatedDecision]>([])
        private let begun = Mutex<[String]>([])

        init(_ change: (inout DecisionTable.Settings) -> Void = { _ in }) {
            var settings = DecisionTable.Settings()
            change(&settings)
            table = DecisionTable(settings)
        }

        /// In one word: what was decided, `waiting` or `ask`.
        func ask(
            _ token: String = "a", isRead: Bool = true, from network: UInt64 = 0, at time: Int64
        ) -> String {
            let asker = DecisionTable.Asker(network: ClientNetwork(number: network << 16), owner: owner) {
                [weak self] in self?.begun.withLock { $0.append(token) }
            }
            let step = table.ask(digest(token), isRead: isRead, by: asker, now: Realm.now + time) {
                [weak self] answer in self?.heard.withLock { $0.append(answer) }
            }
            return switch step {
            case .decided(let answer): word(answer.decision)
            case .waiting: "waiting"
            case .mustAsk: "ask"
            }
        }

        func complete(_ decision: Decision, of token: String = "a", at time: Int64) {
            table.complete(digest(token), decision, now: Realm.now + time)
        }

        func beginProbe(at time: Int64) -> Bool { table.beginProbe(now: Realm.now + time) }

        func endProbe(_ answers: Bool?, at time: Int64) -> DecisionTable.Change {
            table.endProbe(answers: answers, now: Realm.now + time)
        }

        /// Whose turn has come since this was looked at last.
        func turns() -> [String] {
            begun.withLock { begun in
                defer { begun = [] }
                return begun
            }
        }

        /// What waiters were told since this was looked at last.
        func told() -> [String] {
            heard.withLock { heard in
                defer { heard = [] }
                return heard.map { word($0.decision) }
            }
        }
    }

    private static func word(_ decision: Decision) -> String {
        switch decision {
        case .allowed: "allowed"
        case .unauthenticated, .forbidden, .malformed: "refused"
        case .unavailable(.accountsUnreachable): "unreachable"
        case .unavailable(.accountsUnreadable): "unreadable"
        case .unavailable(.accountsFailing): "failing"
        case .unavailable(.overloaded): "overloaded"
        case .unavailable(.guessing): "guessing"
        }
    }

    @Test func `A thousand requests on many threads ask one question`() {
        let table = DecisionTable()
        let digest = Self.digest("cold")
        let asked = Atomic<Int>(0)
        let told = Atomic<Int>(0)
        let group = DispatchGroup()
        for _ in 0..<1000 { group.enter() }
        DispatchQueue.concurrentPerform(iterations: 1000) { _ in
            let step = table.ask(digest, isRead: true, by: Self.asker, now: Realm.now) { answer in
                if answer.decision == Self.allowed { told.add(1, ordering: .relaxed) }
                group.leave()
            }
            switch step {
            case .decided: Issue.record("nothing is known yet")
            case .waiting: break
            case .mustAsk: asked.add(1, ordering: .relaxed)
            }
        }
        #expect(told.load(ordering: .relaxed) == 0)
        table.complete(digest, Self.allowed, now: Realm.now)
        group.wait()
        #expect(asked.load(ordering: .relaxed) == 1)
        #expect(told.load(ordering: .relaxed) == 1000)
        #expect(table.questionsAsked == 1)
        #expect(table.count == (decisions: 1, questions: 0))
    }

    /// What is decided, and until when it holds: the first millisecond at which it must be asked again.
    private static let lifetimes: [(decision: Decision, word: String, end: Int64)] = [
        (allowed, "allowed", 10_000), (refused, "refused", 1_000),
        (.forbidden(.visibilityNotAllowed), "refused", 1_000),
        (expiring(3_000), "allowed", 3_000), (expiring(600_000), "allowed", 10_000),
        (.unavailable(.accountsUnreadable), "unreadable", 1_000), (.unavailable(.accountsFailing), "failing", 1_000),
    ]

    @Test(arguments: lifetimes)
    func `A decision holds for its time`(_ row: (decision: Decision, word: String, end: Int64)) {
        let bed = Bed()
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(row.decision, at: 0)
        #expect(bed.told() == [row.word])
        #expect(bed.ask(at: 0) == row.word)
        #expect(bed.ask(at: row.end - 1) == row.word)
        #expect(bed.ask(at: row.end) == "ask")
    }

    @Test func `Those who wait are told when the decision ends`() {
        let table = DecisionTable()
        let end = Mutex<Int64>(0)
        _ = table.ask(Self.digest("a"), isRead: true, by: Self.asker, now: Realm.now) { answer in
            end.withLock { $0 = answer.end }
        }
        table.complete(Self.digest("a"), Self.expiring(3_000), now: Realm.now + 500)
        #expect(end.withLock { $0 } == Realm.now + 3_000)
        guard
            case .decided(let known) = table.ask(
                Self.digest("a"), isRead: true, by: Self.asker, now: Realm.now + 900, waiter: { _ in })
        else {
            Issue.record("not remembered")
            return
        }
        #expect(known.end == Realm.now + 3_000)
    }

    @Test func `The times are settings`() {
        let bed = Bed {
            $0.lifetime = 50
            $0.refusalLifetime = 20
        }
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.allowed, at: 0)
        #expect(bed.ask(at: 49) == "allowed")
        #expect(bed.ask(at: 50) == "ask")
        bed.complete(Self.refused, at: 50)
        #expect(bed.ask(at: 69) == "refused")
        #expect(bed.ask(at: 70) == "ask")
    }

    @Test func `While the service is down only our own question is put, once a second`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        #expect(bed.ask("b", at: 0) == "ask")
        bed.complete(Self.down, of: "a", at: 100)
        bed.complete(Self.down, of: "b", at: 100)
        #expect(bed.told() == ["unreachable", "unreachable"])
        for time in stride(from: Int64(100), to: 1100, by: 50) {
            #expect(bed.ask("a", at: time) == "unreachable")
            #expect(bed.ask("c", at: time) == "unreachable")
            #expect(!bed.beginProbe(at: time))
        }
        #expect(bed.ask("c", at: 1100) == "waiting")
        #expect(bed.beginProbe(at: 1100))
        #expect(!bed.beginProbe(at: 9000))
        #expect(bed.ask("a", at: 1200) == "waiting")
        #expect(bed.endProbe(false, at: 1300) == .none)
        #expect(bed.told() == ["unreachable", "unreachable"])
        #expect(bed.ask("a", at: 2299) == "unreachable")
        #expect(bed.ask("a", at: 2300) == "waiting")
        #expect(bed.beginProbe(at: 2300))
        #expect(bed.endProbe(true, at: 2400) == .up)
        #expect(bed.turns() == ["a"])
        bed.complete(Self.allowed, of: "a", at: 2401)
        #expect(bed.told() == ["allowed"])
        // It is back: everybody may ask.
        #expect(bed.ask("b", at: 2401) == "ask")
        #expect(bed.ask("c", at: 2401) == "ask")
    }

    @Test func `A question of our own that is given up leaves nobody waiting`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        bed.complete(Self.down, of: "a", at: 0)
        #expect(bed.ask("a", at: 1000) == "waiting")
        #expect(bed.beginProbe(at: 1000))
        _ = bed.told()
        #expect(bed.endProbe(nil, at: 1100) == .none)
        #expect(bed.told() == ["unreachable"])
    }

    @Test func `A refusal too shows that the service is back`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        #expect(bed.ask("b", at: 0) == "ask")
        bed.complete(Self.down, of: "a", at: 0)
        #expect(bed.ask("c", at: 1) == "unreachable")
        bed.complete(Self.refused, of: "b", at: 500)
        #expect(bed.ask("c", at: 500) == "ask")
    }

    @Test func `Credentials that the service fails about are nobody else's outage`() {
        let bed = Bed()
        for number in 0..<100 {
            #expect(bed.ask("bad\(number)", at: Int64(number)) == "ask")
            bed.complete(.unavailable(.accountsFailing), of: "bad\(number)", at: Int64(number))
            #expect(bed.ask("bad\(number)", at: Int64(number) + 999) == "failing")
            #expect(bed.ask("good\(number)", from: 1 + UInt64(number), at: Int64(number)) == "ask")
        }
        // They are a reason to ask whether it is there, and that says it is.
        #expect(bed.beginProbe(at: 100))
        #expect(bed.endProbe(true, at: 101) == .none)
        #expect(bed.ask("good", at: 102) == "ask")
        // If it were not, nobody else would find that out by a timeout.
        for number in 100..<103 {
            #expect(bed.ask("bad\(number)", at: 1000) == "ask")
            bed.complete(.unavailable(.accountsFailing), of: "bad\(number)", at: 1200)
        }
        #expect(bed.beginProbe(at: 1200))
        #expect(bed.endProbe(false, at: 1300) == .down)
        #expect(bed.ask("other", at: 1300) == "unreachable")
    }

    @Test func `An answer that can't be read keeps nobody else from asking`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        bed.complete(.unavailable(.accountsUnreadable), of: "a", at: 0)
        #expect(bed.ask("a", at: 999) == "unreadable")
        #expect(bed.ask("b", at: 0) == "ask")
    }

    @Test func `A clock set back doesn't stop attempts`() {
        let bed = Bed()
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.down, at: 0)
        #expect(bed.ask(at: -3_600_000) == "waiting")
        #expect(bed.beginProbe(at: -3_600_000))
    }

    @Test func `Nothing is remembered of a failure`() {
        let bed = Bed()
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.allowed, at: 0)
        #expect(bed.ask("b", at: 0) == "ask")
        bed.complete(Self.down, of: "b", at: 1)
        #expect(bed.ask(at: 9_999) == "allowed", "what is known holds while the service is down")
        #expect(bed.table.count.decisions == 1)
    }

    @Test func `Past its lifetime a decision is for reads, and only while the service is down`() {
        let bed = Bed { $0.staleReads = 30_000 }
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.allowed, at: 0)
        _ = bed.told()
        #expect(bed.ask(at: 10_000) == "ask", "the service is not known to be down")
        #expect(bed.ask(isRead: false, at: 10_000) == "waiting")
        bed.complete(Self.down, at: 12_000)
        #expect(bed.told() == ["allowed", "unreachable"])
        #expect(bed.ask(at: 12_500) == "allowed")
        #expect(bed.ask(isRead: false, at: 12_500) == "unreachable")
        #expect(bed.ask(isRead: false, at: 13_000) == "waiting")
        #expect(bed.beginProbe(at: 13_000))
        #expect(bed.ask(at: 13_001) == "allowed", "a read need not wait for what will fail")
        #expect(bed.endProbe(false, at: 39_999) == .none)
        #expect(bed.ask(at: 39_999) == "allowed")
        #expect(bed.ask(at: 40_000) == "unreachable")
    }

    @Test func `A stale decision is for one request`() {
        let table = DecisionTable(
            {
                var settings = DecisionTable.Settings()
                settings.staleReads = 30_000
                return settings
            }())
        let authenticator = Authenticator(serviceAllowingAccountHeader: false)
        let value = Array("Bearer a".utf8)
        let question = authenticator.question(head: value.span, authorization: 0..<value.count, accountHeader: nil)!
        _ = table.ask(question.digest, isRead: true, by: Self.asker, now: Realm.now) { _ in }
        table.complete(question.digest, Self.allowed, now: Realm.now)
        let now = Realm.now + 20_000
        let heard = Mutex<DatedDecision?>(nil)
        _ = table.ask(question.digest, isRead: true, by: Self.asker, now: now) { answer in
            heard.withLock { $0 = answer }
        }
        table.complete(question.digest, Self.down, now: now)
        let answer = heard.withLock { $0 }!
        #expect(authenticator.accept(question, answer, now: now) == Self.allowed)
        // The worker's own cache must not make it good for a write.
        guard
            case .ask = authenticator.decide(
                head: value.span, authorization: 0..<value.count, accountHeader: nil, now: now)
        else {
            Issue.record("remembered")
            return
        }
    }

    @Test func `No token reads past its end`() {
        let bed = Bed { $0.staleReads = 30_000 }
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.expiring(15_000), at: 0)
        #expect(bed.ask("b", at: 14_000) == "ask")
        bed.complete(Self.down, of: "b", at: 14_500)
        #expect(bed.ask(at: 14_999) == "allowed")
        #expect(bed.ask(at: 15_000) == "unreachable")
    }

    @Test func `Who was refused since doesn't read by an older decision`() {
        let bed = Bed { $0.staleReads = 30_000 }
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.allowed, at: 0)
        #expect(bed.ask(at: 10_000) == "ask")
        bed.complete(Self.refused, at: 10_000)
        _ = bed.told()
        #expect(bed.ask(at: 11_000) == "ask")
        bed.complete(Self.down, at: 11_500)
        #expect(bed.told() == ["unreachable"])
        #expect(bed.ask(at: 11_600) == "unreachable")
    }

    @Test func `After a purge all is asked again, and what was asked before is not remembered`() {
        let bed = Bed { $0.staleReads = 30_000 }
        #expect(bed.ask("a", at: 0) == "ask")
        bed.complete(Self.allowed, of: "a", at: 0)
        #expect(bed.ask("b", at: 0) == "ask")
        #expect(bed.ask("c", at: 0) == "ask")
        _ = bed.told()
        bed.table.purge()
        #expect(bed.table.count == (decisions: 0, questions: 2))
        bed.complete(Self.allowed, of: "b", at: 1)
        bed.complete(Self.refused, of: "c", at: 1)
        #expect(bed.told() == ["allowed", "refused"])
        for token in ["a", "b", "c"] { #expect(bed.ask(token, at: 2) == "ask") }
    }

    @Test func `Decisions are bounded, and who is refused pushes out nobody who is let in`() {
        let bed = Bed { $0.capacity = 64 }
        #expect(bed.ask("good", at: 0) == "ask")
        bed.complete(Self.allowed, of: "good", at: 0)
        for index in 0..<10_000 {
            #expect(bed.ask("bad\(index)", at: 1) == "ask")
            bed.complete(Self.refused, of: "bad\(index)", at: 1)
        }
        #expect(bed.ask("good", at: 2) == "allowed")
        #expect(bed.table.count.decisions <= 64 / 4 + 1)
        for index in 0..<10_000 {
            #expect(bed.ask("other\(index)", at: 1) == "ask")
            bed.complete(Self.allowed, of: "other\(index)", at: 1)
        }
        #expect(bed.table.count.decisions <= 64 + 64 / 4)
    }

    @Test func `Networks take turns in asking about credentials that nobody knows`() {
        let bed = Bed {
            $0.questions.network = 2
            $0.questions.strangers = 3
            $0.questions.waiting = 4
        }
        #expect(bed.ask("a1", from: 1, at: 0) == "ask")
        #expect(bed.ask("a2", from: 1, at: 0) == "ask")
        for number in 3...6 { #expect(bed.ask("a\(number)", from: 1, at: 0) == "waiting") }
        #expect(bed.ask("a1", from: 1, at: 0) == "waiting")
        #expect(bed.ask("a7", from: 1, at: 0) == "overloaded", "four wait")
        // Another network has a place at once, and then one of those that wait.
        #expect(bed.ask("b1", from: 2, at: 0) == "ask")
        #expect(bed.ask("b2", from: 2, at: 0) == "waiting")
        #expect(bed.told() == ["overloaded"])
        bed.complete(Self.refused, of: "a1", at: 1)
        #expect(bed.turns() == ["b2"])
        bed.complete(Self.refused, of: "b1", at: 1)
        #expect(bed.turns() == ["a3"])
        bed.complete(Self.refused, of: "a2", at: 1)
        bed.complete(Self.refused, of: "a3", at: 1)
        #expect(bed.turns() == ["a4", "a5"])
        for token in ["a4", "a5", "b2"] { bed.complete(Self.refused, of: token, at: 1) }
        #expect(bed.table.count.questions == 0)
    }

    @Test func `Who was let in lately has room of its own`() {
        let bed = Bed {
            $0.questions.all = 3
            $0.questions.strangers = 2
            $0.questions.strangersFirst = 0
            $0.questions.waiting = 4
        }
        for token in ["good", "better"] {
            #expect(bed.ask(token, at: 0) == "ask")
            bed.complete(Self.allowed, of: token, at: 0)
        }
        for number in 0..<2 { #expect(bed.ask("x\(number)", from: 10 + UInt64(number), at: 20_000) == "ask") }
        for number in 2..<6 { #expect(bed.ask("x\(number)", from: 10 + UInt64(number), at: 20_000) == "waiting") }
        #expect(bed.ask("x6", from: 16, at: 20_000) == "overloaded")
        #expect(bed.ask("good", from: 10, at: 20_000) == "ask")
        #expect(bed.ask("better", from: 10, at: 20_000) == "waiting")
        bed.complete(Self.refused, of: "x0", at: 20_001)
        #expect(bed.turns() == ["better"])
    }

    @Test func `Nobody waits for an owner that asks no more`() {
        let bed = Bed { $0.questions.strangers = 1 }
        #expect(bed.ask("a", at: 0) == "ask")
        #expect(bed.ask("b", at: 0) == "waiting")
        bed.table.abandon(ObjectIdentifier(DecisionTable.self), now: Realm.now)
        #expect(bed.told() == [])
        bed.table.abandon(Self.owner, now: Realm.now)
        #expect(bed.told() == ["overloaded", "overloaded"])
        #expect(bed.ask("c", at: 0) == "ask", "places are free")
        bed.complete(Self.refused, of: "c", at: 0)
        #expect(bed.turns() == [], "b's turn has gone with b")
    }

    @Test func `An answer that nobody waits for changes nothing`() {
        let bed = Bed()
        bed.complete(Self.allowed, at: 0)
        #expect(bed.ask(at: 0) == "ask")
    }
}
