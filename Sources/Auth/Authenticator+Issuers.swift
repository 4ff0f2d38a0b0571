internal import HTTPCore

/// Tokens of other issuers whose signatures are checked away from the worker.
extension Authenticator {
    func checkSignature(_ digest: CredentialDigest, _ head: Span<UInt8>, _ range: Range<Int>) -> AuthenticationStep {
        do throws(Unauthenticated) {
            return .checkSignature(try ServiceQuestion(.token, digest, head, range))
        } catch {
            return .decided(.unauthenticated(error))
        }
    }

    /// Whether no issuer has signed the token, so that it may still be one of the accounts service.
    static func isOfNoIssuer(_ decision: Decision) -> Bool { decision == .unauthenticated(.tokenCorrupted) }

    /// Ends what `decide` began with `.checkSignature`, by issuers that are still those of now. Nil where none has signed
    /// the token and an accounts service may know it: then `decide` again, with `isOfNoIssuer`.
    package func accept(issued token: ServiceQuestion, _ decision: Decision, now: Int64) -> Decision? {
        if asksService, Self.isOfNoIssuer(decision) { return nil }
        var decision = decision
        // It may have waited.
        if case .allowed(let principal) = decision, principal.isExpired(at: now) {
            decision = .unauthenticated(.tokenExpired)
        }
        remember(token.digest, decision, now)
        return decision
    }

    /// Checks the signature here and now: for a command, which may take its time.
    package func checkSignature(of token: ServiceQuestion, now: Int64) -> Decision {
        token.withCredential { issuers.decide($0, 0..<$0.count, now: now) }
    }
}
