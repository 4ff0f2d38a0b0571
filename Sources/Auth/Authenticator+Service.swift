internal import HTTPCore

/// Decisions where an accounts service has the accounts: what is remembered here, or a question to be put to it.
extension Authenticator {
    /// Where the credential stands, or why no question is needed.
    private enum Place {
        case at(CredentialKind, Range<Int>)
        case decided(Decision)
    }

    func decideByService(
        _ head: Span<UInt8>, _ authorization: Range<Int>?, _ accountHeader: Range<Int>?, _ now: Int64,
        _ isOfNoIssuer: Bool
    ) -> AuthenticationStep {
        switch place(head, authorization, accountHeader) {
        case .decided(let decision): return .decided(decision)
        case .at(let kind, let range):
            let digest = CredentialDigest(kind, head.extracting(range), under: CredentialDigest.processKey)
            if let decision = remembered(digest, now) { return .decided(decision) }
            if kind == .token, !isOfNoIssuer {
                guard let decision = issuers.decideAtOnce(head, range, now: now) else {
                    return checkSignature(digest, head, range)
                }
                if !Self.isOfNoIssuer(decision) {
                    remember(digest, decision, now)
                    return .decided(decision)
                }
            }
            do throws(Unauthenticated) {
                return .ask(try ServiceQuestion(kind, digest, head, range))
            } catch {
                return .decided(.unauthenticated(error))
            }
        }
    }

    /// The question to ask again later about the same credential, whatever is remembered; nil where there is none to
    /// ask. For answers that last.
    package func question(
        head: Span<UInt8>, authorization: Range<Int>?, accountHeader: Range<Int>?
    ) -> ServiceQuestion? {
        asksService ? credential(head: head, authorization: authorization, accountHeader: accountHeader) : nil
    }

    /// The credential, kept for as long as an answer lasts: the token of another issuer can only be decided on anew by
    /// what it is. Nil where there is none.
    package func credential(
        head: Span<UInt8>, authorization: Range<Int>?, accountHeader: Range<Int>?
    ) -> ServiceQuestion? {
        switch place(head, authorization, accountHeader) {
        case .decided: return nil
        case .at(let kind, let range):
            let digest = CredentialDigest(kind, head.extracting(range), under: CredentialDigest.processKey)
            do throws(Unauthenticated) { return try ServiceQuestion(kind, digest, head, range) } catch { return nil }
        }
    }

    /// Ends what `decide` began with `.ask`: the answer is remembered for as long as it says.
    package func accept(_ question: ServiceQuestion, _ answer: DatedDecision, now: Int64) -> Decision {
        remember(question.digest, answer, now)
        return answer.decision
    }

    private func place(_ head: Span<UInt8>, _ authorization: Range<Int>?, _ accountHeader: Range<Int>?) -> Place {
        guard let authorization else {
            guard let accountHeader else { return .decided(.unauthenticated(.noCredentials)) }
            guard allowsAccountHeader else { return .decided(.forbidden(.accountHeaderDisabled)) }
            guard accountHeader.count == UniqueID.textLength, UniqueID(head, at: accountHeader.lowerBound) != nil
            else { return .decided(.malformed(.accountHeaderNotUUID)) }
            return .at(.accountHeader, accountHeader)
        }
        switch Credentials(head, authorization) {
        case .unreadable(let reason): return .decided(.unauthenticated(reason))
        case .basic(let range): return .at(.basic, range)
        case .bearer(let range): return .at(.token, range)
        }
    }
}
