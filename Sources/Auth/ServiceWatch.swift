/// Whether the accounts service can be reached. What clients ask only raises doubt; our own question decides. So nobody's
/// credentials, however odd, can make an outage of it, and nobody's question is what finds out that one is over.
///
/// Times are Unix milliseconds.
package struct ServiceWatch: Sendable {
    package enum Change: Sendable, Equatable {
        case none, down, up
    }

    /// So many different credentials failing, and none answered between, are a reason for our own question.
    static let failuresInARow = 3

    /// Between two questions of our own.
    private let interval: Int64
    package private(set) var isDown = false
    /// Our own question is under way.
    package private(set) var isAsking = false
    private var isDoubted = false
    private var lastAsked: Int64?
    private var lastAnswer: Int64?
    private var failed: [CredentialDigest] = []

    package init(interval: Int64) {
        self.interval = interval
    }

    /// A clock that was set back makes the time since negative: no reason to wait for it.
    private func isRecent(_ time: Int64?, _ now: Int64) -> Bool {
        time.map { (0..<interval).contains(now - $0) } ?? false
    }

    /// Whether, while it is down, more will be known soon: our own question is under way, or due.
    package func isBeingFoundOut(_ now: Int64) -> Bool { isAsking || !isRecent(lastAsked, now) }

    /// Whether our own question is to be put now; then it counts as put. `ended` ends it.
    package mutating func begin(now: Int64) -> Bool {
        guard isDown || isDoubted, !isAsking, !isRecent(lastAsked, now) else { return false }
        (isAsking, isDoubted, lastAsked, failed) = (true, false, now, [])
        return true
    }

    /// Our own question has ended; `answers`: somebody is there and does not say that it can't answer; nil where it was
    /// given up.
    package mutating func ended(answers: Bool?, now: Int64) -> Change {
        isAsking = false
        guard let answers else { return .none }
        lastAsked = now
        return answers ? answered(now: now) : down()
    }

    /// Something was answered about a credential.
    package mutating func answered(now: Int64) -> Change {
        (failed, isDoubted, lastAnswer) = ([], false, now)
        defer { isDown = false }
        return isDown ? .up : .none
    }

    /// No connection came about for a question. While others are answered that is a reason for our own, else it is as good
    /// as one.
    package mutating func unreachable(now: Int64) -> Change {
        if isDown { return .none }
        if isRecent(lastAnswer, now) {
            isDoubted = true
            return .none
        }
        lastAsked = now
        return down()
    }

    /// It failed about this credential, over a connection.
    package mutating func failed(on digest: CredentialDigest) -> Change {
        guard !isDown, !failed.contains(digest) else { return .none }
        failed.append(digest)
        if failed.count >= Self.failuresInARow { (failed, isDoubted) = ([], true) }
        return .none
    }

    private mutating func down() -> Change {
        defer { isDown = true }
        return isDown ? .none : .down
    }
}
