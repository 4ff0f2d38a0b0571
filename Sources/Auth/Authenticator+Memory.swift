internal import HTTPCore

/// What was decided lately, and whether it still would be.
extension Authenticator {
    /// Looks at the memory, or changes it, through `change`. It is taken out meanwhile: so the compiler sees that nobody
    /// else has it, where otherwise the runtime keeps track of each access (80 instructions each; 2026-11, Swift 6.3).
    @inline(__always)
    func use<Result>(_ change: (inout Memory) -> Result) -> Result {
        guard var taken = memory.take() else { preconditionFailure("the memory is used by one at a time") }
        let result = change(&taken)
        memory = taken
        return result
    }

    /// What was decided on the credential. Where that was by another directory, `unlessChanged` says whether it would be
    /// decided so by this one.
    func remembered(
        _ digest: CredentialDigest, _ now: Int64,
        unlessChanged isUnchanged: (DecisionCache.Entry) -> Bool = { _ in false }
    ) -> Decision? {
        look.fingerprint = UInt32(truncatingIfNeeded: digest.words.0 >> 32)
        var found = use { $0.allowed.entry(of: digest, now: now) ?? $0.refused.entry(of: digest, now: now) }
        if let entry = found, entry.grounds.generation != generation {
            if isUnchanged(entry) { confirm(digest) } else { found = nil }
        }
        if found == nil { misses += 1 } else { hits += 1 }
        look.isRemembered = found != nil
        return found?.decision
    }

    private func confirm(_ digest: CredentialDigest) {
        let generation = generation
        use {
            $0.allowed.confirm(digest, by: generation)
            $0.refused.confirm(digest, by: generation)
        }
    }

    /// Whether a token is decided on by this directory as it was by an earlier one.
    func isUnchanged(_ entry: DecisionCache.Entry, _ now: Int64) -> Bool {
        switch entry.decision {
        case .allowed(let principal): principal.isOfOtherIssuer || review(principal, now: now) == entry.decision
        // Of its bytes alone, which are what they were.
        case .unauthenticated(.tokenCorrupted): true
        // Its record may be there now, or have another end.
        case .unauthenticated, .forbidden, .unavailable, .malformed: false
        }
    }

    /// The same of a password.
    func isUnchanged(_ entry: DecisionCache.Entry, login: String) -> Bool {
        let account = directory.account(login: login)
        guard account?.password.mark ?? 0 == entry.grounds.passwordMark else { return false }
        switch entry.decision {
        case .allowed(let principal): return account.map(Self.principal) == principal
        case .unauthenticated: return true
        case .forbidden, .unavailable, .malformed: return false
        }
    }

    func remember(_ digest: CredentialDigest, _ decision: Decision, _ now: Int64, passwordMark: UInt64 = 0) {
        switch decision {
        case .allowed(let principal):
            var end = now + settings.lifetime
            if let expires = principal.expires { end = min(end, UnixTime.milliseconds(fromSeconds: expires)) }
            remember(digest, DatedDecision(decision, until: end), now, passwordMark)
        case .unauthenticated, .forbidden:
            remember(digest, DatedDecision(decision, until: now + settings.refusalLifetime), now, passwordMark)
        case .unavailable, .malformed:
            break
        }
    }

    /// Until the decision's own end.
    func remember(
        _ digest: CredentialDigest, _ dated: DatedDecision, _ now: Int64, _ passwordMark: UInt64 = 0
    ) {
        let grounds = DecisionCache.Grounds(generation: generation, passwordMark: passwordMark)
        switch dated.decision {
        case .allowed:
            use {
                // Or the refusal would be there again when this has ended.
                $0.refused.remove(digest)
                $0.allowed.store(digest, dated.decision, now: now, until: dated.end, grounds: grounds)
            }
        case .unauthenticated, .forbidden, .malformed:
            use {
                $0.allowed.remove(digest)
                $0.refused.store(digest, dated.decision, now: now, until: dated.end, grounds: grounds)
            }
        case .unavailable: break
        }
    }
}
