internal import Dispatch
package import HTTPCore
internal import Synchronization

/// Checks signatures of other issuers' tokens on a thread of its own, for all workers: one by an RSA key of 8192 bits takes
/// a third of a millisecond, and a token that does not say who signed it is tried with every issuer's key. Whoever waits
/// takes turns by network, and those whose token was right lately, which nobody can feign, go before strangers.
package final class SignaturePool: Sendable {
    package typealias Completion = @Sendable (Decision) -> Void

    private struct Entry {
        let token: ServiceQuestion
        let isKnown: Bool
        /// Unix milliseconds.
        let time: Int64
    }

    private struct State {
        /// Everybody who waits for a token, that of this moment too.
        var waiters: [CredentialDigest: [Completion]] = [:]
        var known: FairQueue<Entry>
        var strangers: FairQueue<Entry>
        /// Whether a stranger is next, where both wait.
        var isStrangersTurn = false
        var isRunning = false
        /// Tokens that were right lately, and until when that counts, in Unix milliseconds.
        var right = RecentTable<CredentialDigest, Int64>(capacity: 16384)
    }

    private static let knownLifetime: Int64 = 86_400_000

    private let issuers: Mutex<TrustedIssuers>
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "token-signatures")

    /// `queueLimit` bounds how many tokens of strangers wait, and how many of others.
    package init(_ issuers: [TokenIssuer], queueLimit: Int = 1024) {
        self.issuers = Mutex(TrustedIssuers(issuers))
        state = Mutex(
            State(known: FairQueue(capacity: queueLimit), strangers: FairQueue(capacity: queueLimit)))
    }

    /// How many signatures were checked.
    package var signaturesChecked: Int { issuers.withLock { $0.signaturesChecked } }

    /// Has the token decided on at `now`, in Unix milliseconds. `completion` is called once: on the pool's thread, or, with
    /// `overloaded`, on that of another's call, where this network had so many tokens waiting that one had to go. False
    /// where too many wait already; then it never is.
    package func submit(
        _ token: ServiceQuestion, from network: ClientNetwork, now: Int64, completion: @escaping Completion
    ) -> Bool {
        let (isTaken, displaced, starts) = state.withLock { state -> (Bool, [Completion], Bool) in
            if state.waiters[token.digest] != nil {
                state.waiters[token.digest]?.append(completion)
                return (true, [], false)
            }
            let entry = Entry(token: token, isKnown: (state.right.find(token.digest) ?? .min) > now, time: now)
            let admission =
                entry.isKnown
                ? state.known.append(entry, of: network.tiers) : state.strangers.append(entry, of: network.tiers)
            var displaced: [Completion] = []
            switch admission {
            case .full: return (false, [], false)
            case .taken: break
            case .displacing(let other): displaced = state.waiters.removeValue(forKey: other.token.digest) ?? []
            }
            state.waiters[token.digest] = [completion]
            defer { state.isRunning = true }
            return (true, displaced, !state.isRunning)
        }
        for completion in displaced { completion(.unavailable(.overloaded)) }
        if starts { queue.async { self.run() } }
        return isTaken
    }

    private func run() {
        while let entry = state.withLock({ Self.next(&$0) }) {
            let token = entry.token
            let decision = issuers.withLock { issuers in
                token.withCredential { issuers.decide($0, 0..<$0.count, now: entry.time) }
            }
            let completions = state.withLock { state in
                switch decision {
                case .allowed: state.right.store(token.digest, entry.time + Self.knownLifetime)
                case .unauthenticated, .forbidden, .unavailable, .malformed: state.right.remove(token.digest)
                }
                return state.waiters.removeValue(forKey: token.digest) ?? []
            }
            for completion in completions { completion(decision) }
        }
    }

    private static func next(_ state: inout State) -> Entry? {
        let entry =
            state.isStrangersTurn
            ? state.strangers.popFirst() ?? state.known.popFirst()
            : state.known.popFirst() ?? state.strangers.popFirst()
        if let entry { state.isStrangersTurn = entry.isKnown } else { state.isRunning = false }
        return entry
    }
}
