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

    private static func digest(_ token: String) -> CredentialDigest {
        let value = Array("Bearer \(token)".utf8)
        return Authenticator(serviceAllowingAccountHeader: true).question(
            head: value.span, authorization: 0..<value.count, accountHeader: nil)!.digest
    }

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

        init(_ change: (inout DecisionTable.Settings) -> Void = { _ in }) {
            var settings = DecisionTable.Settings()
            change(&settings)
            table = DecisionTable(settings)
        }

        /// In one word: what was decided, `waiting` or `ask`.
        func ask(_ token: String = "a", isRead: Bool = true, at time: Int64) -> String {
            let step = table.ask(digest(token), isRead: isRead, now: Realm.now + time) { [weak self] answer in
                self?.heard.withLock { $0.append(answer) }
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
        case .unavailable(.overloaded): "overloaded"
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
            let step = table.ask(digest, isRead: true, now: Realm.now) { answer in
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
        (.unavailable(.accountsUnreadable), "unreadable", 1_000),
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
        _ = table.ask(Self.digest("a"), isRead: true, now: Realm.now) { answer in end.withLock { $0 = answer.end } }
        table.complete(Self.digest("a"), Self.expiring(3_000), now: Realm.now + 500)
        #expect(end.withLock { $0 } == Realm.now + 3_000)
        guard
            case .decided(let known) = table.ask(Self.digest("a"), isRead: true, now: Realm.now + 900, waiter: { _ in })
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

    @Test func `While the service is down there is one attempt per second`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        #expect(bed.ask("b", at: 0) == "ask")
        bed.complete(Self.down, of: "a", at: 100)
        bed.complete(Self.down, of: "b", at: 100)
        #expect(bed.told() == ["unreachable", "unreachable"])
        for time in stride(from: Int64(100), to: 1100, by: 50) {
            #expect(bed.ask("a", at: time) == "unreachable")
            #expect(bed.ask("c", at: time) == "unreachable")
        }
        #expect(bed.ask("c", at: 1100) == "ask")
        #expect(bed.ask("c", at: 1200) == "waiting")
        #expect(bed.ask("a", at: 2099) == "unreachable")
        bed.complete(Self.down, of: "c", at: 2099)
        #expect(bed.told() == ["unreachable", "unreachable"])
        #expect(bed.ask("a", at: 3098) == "unreachable")
        #expect(bed.ask("a", at: 3099) == "ask")
        bed.complete(Self.allowed, of: "a", at: 3100)
        // It is back: everybody may ask.
        #expect(bed.ask("b", at: 3100) == "ask")
        #expect(bed.ask("c", at: 3100) == "ask")
    }

    @Test func `A refusal too shows that the service is back`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        bed.complete(Self.down, of: "a", at: 0)
        #expect(bed.ask("a", at: 1000) == "ask")
        bed.complete(Self.refused, of: "a", at: 1000)
        #expect(bed.ask("b", at: 1000) == "ask")
    }

    @Test func `An answer that can't be read keeps nobody else from asking`() {
        let bed = Bed()
        #expect(bed.ask("a", at: 0) == "ask")
        bed.complete(.unavailable(.accountsUnreadable), of: "a", at: 0)
        #expect(bed.ask("a", at: 999) == "unreadable")
        #expect(bed.ask("b", at: 0) == "ask")
    }

    @Test func `It is told when the service goes and comes`() {
        let bed = Bed()
        var changes: [DecisionTable.Change] = []
        for (time, decision) in [
            (0, Self.allowed), (20_000, Self.down), (21_000, Self.down), (22_000, Self.refused), (30_000, Self.refused),
            (40_000, Self.down), (41_000, .unavailable(.accountsUnreadable)),
        ] as [(Int64, Decision)] {
            #expect(bed.ask(at: time) == "ask")
            changes.append(bed.table.complete(Self.digest("a"), decision, now: Realm.now + time))
        }
        #expect(changes == [.none, .down, .none, .up, .none, .down, .up])
    }

    @Test func `A clock set back doesn't stop attempts`() {
        let bed = Bed()
        #expect(bed.ask(at: 0) == "ask")
        bed.complete(Self.down, at: 0)
        #expect(bed.ask(at: -3_600_000) == "ask")
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
        #expect(bed.ask(isRead: false, at: 13_000) == "ask")
        #expect(bed.ask(at: 13_001) == "allowed", "a read need not wait for what will fail")
        bed.complete(Self.down, at: 39_999)
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
        _ = table.ask(question.digest, isRead: true, now: Realm.now) { _ in }
        table.complete(question.digest, Self.allowed, now: Realm.now)
        let now = Realm.now + 20_000
        let heard = Mutex<DatedDecision?>(nil)
        _ = table.ask(question.digest, isRead: true, now: now) { answer in heard.withLock { $0 = answer } }
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

    @Test func `Questions under way are bounded`() {
        let bed = Bed { $0.questionLimit = 2 }
        #expect(bed.ask("a", at: 0) == "ask")
        #expect(bed.ask("b", at: 0) == "ask")
        #expect(bed.ask("c", at: 0) == "overloaded")
        #expect(bed.ask("a", at: 0) == "waiting")
        bed.complete(Self.allowed, of: "a", at: 1)
        #expect(bed.ask("c", at: 1) == "ask")
    }

    @Test func `An answer that nobody waits for changes nothing`() {
        let bed = Bed()
        bed.complete(Self.allowed, at: 0)
        #expect(bed.ask(at: 0) == "ask")
    }
}
