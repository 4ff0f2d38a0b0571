package import HTTPCore

/// The `frame` of one key (that of a broadcast): asked once for all who ask at once, and kept for a moment.
///
/// The question belongs to nobody: whoever leaves, the others are served. Errors go to those who wait and are not kept.
package struct SnapshotState: Sendable {
    /// What a request gets.
    package enum Step: Equatable, Sendable {
        /// The newest picture of the running broadcast.
        case serveLive
        /// The one that is kept.
        case serveKept
        /// The answer to that question, which is asked or will be: see `isNew`. Told to `leave` if it goes.
        case wait(Ticket)
    }

    /// For the answer to one question.
    package struct Ticket: Equatable, Sendable {
        let question: UInt64
    }

    /// What the end of a question means.
    package struct End: Equatable, Sendable {
        /// Whoever has a ticket of up to this one gets the answer.
        let last: UInt64
        /// Ask again at once, for those who came after the question was asked and want nothing older.
        package let asksAgain: Bool

        package func serves(_ ticket: Ticket) -> Bool { ticket.question <= last }
    }

    private struct Question {
        let number: UInt64
        var waiting: Int
    }

    /// A question under way.
    private var asked: Question?
    /// Who waits for the next one.
    private var next = 0
    private var lastNumber: UInt64 = 0
    /// When the kept answer had come whole.
    private var kept: Instant?
    private let lifetime: Interval

    /// `lifetime`: `frame-cache.ttl`; 0 keeps nothing, but those who ask at once still share.
    package init(lifetime: Interval) {
        self.lifetime = lifetime
    }

    /// `wantsNew`: the request says `no-cache` or `no-store`. `live`: when the newest picture of the running broadcast was whole,
    /// if it may be used at all. A question is to be asked where `needsQuestion` is true behind it.
    package mutating func ask(wantsNew: Bool, live: Instant?, at now: Instant) -> Step {
        if !wantsNew {
            if let live, isFresh(live, at: now) { return .serveLive }
            if let kept, isFresh(kept, at: now) { return .serveKept }
        }
        guard asked != nil else {
            next += 1
            return .wait(Ticket(question: lastNumber + 1))
        }
        // What was asked before the request came may be older than it wants.
        if wantsNew {
            next += 1
            return .wait(Ticket(question: lastNumber + 1))
        }
        asked?.waiting += 1
        return .wait(Ticket(question: lastNumber))
    }

    private func isFresh(_ instant: Instant, at now: Instant) -> Bool {
        lifetime.nanoseconds > 0 && instant.advanced(by: lifetime) >= now
    }

    /// Whether somebody waits for a question that nobody has asked, and none is under way.
    package var needsQuestion: Bool { asked == nil && next > 0 }

    /// It is asked now.
    package mutating func begin() {
        precondition(needsQuestion, "one question at a time")
        lastNumber += 1
        asked = Question(number: lastNumber, waiting: next)
        next = 0
    }

    /// Somebody who has that ticket has gone. True where nobody waits for the question under way any more: it is given up.
    package mutating func leave(_ ticket: Ticket) -> Bool {
        if let question = asked, ticket.question == question.number {
            asked?.waiting -= 1
            guard question.waiting == 1 else { return false }
            asked = nil
            return true
        }
        next -= 1
        return false
    }

    /// The question has its answer, at last. `isKept`: a whole picture that may be kept.
    package mutating func finish(isKept: Bool, at now: Instant) -> End {
        asked = nil
        if isKept { kept = now }
        return End(last: lastNumber, asksAgain: needsQuestion)
    }

    /// Whether the kept answer, if there is one, is of no use any more.
    package func isStale(at now: Instant) -> Bool {
        kept.map { !isFresh($0, at: now) } ?? true
    }

    /// What was kept has been dropped.
    package mutating func dropKept() {
        kept = nil
    }

    /// Nothing is asked, awaited or kept.
    package func isIdle(at now: Instant) -> Bool { asked == nil && next == 0 && isStale(at: now) }

    /// Whole seconds since the kept answer had come, for the field `Age`.
    package func age(at now: Instant) -> Int {
        kept.map { Int(max(0, now.nanoseconds - $0.nanoseconds) / 1_000_000_000) } ?? 0
    }
}
