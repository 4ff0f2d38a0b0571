import Auth
import HTTPCore

/// From a request's head to what is done with it. Nothing has gone upstream, and no content has been read, before
/// `forward`.
extension ProxyExchange {
    func admit(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        if let refusal = findings?.refusal {
            respond(refusal)
            return
        }
        let terms = terms
        switch terms.admission.outcome(head, bytes, asking: self) {
        case .refused(let refusal):
            record.lead(to: terms.admission.routes.match(bytes, head.path))
            respond(refusal)
        case .options(let allow):
            let match = terms.admission.routes.match(bytes, head.path)
            record.lead(to: match)
            // A check that asks so is told what GET is told; a page that is about to ask still may.
            if match?.route == .health, worker.isDraining, !cors.isPreflight {
                answerHealth(head, bytes)
            } else {
                respondOptions(allow)
            }
        case .own(.health):
            record.route = .health
            answerHealth(head, bytes)
        case .own(let route):
            record.route = route
            terms.resources.answer(route, on: self)
        case .forwarded(let admitted):
            match = admitted.match
            record.lead(to: match)
            if isForPlugin, !worker.plugins.isServing {
                respond(.plugin(.unreachable))
                return
            }
            if match.route.isLive, let principal = admitted.principal, !enterAsViewer(principal) {
                worker.note(.viewers)
                respond(.overloaded(.viewers))
                return
            }
            payer = payer(of: admitted.principal)
            forward(head, bytes, admitted)
        case .accounts(let match, let principal):
            self.match = match
            payer = payer(of: principal)
            record.lead(to: match)
            contentUse = .accounts(TokensCall(match, head, bytes, principal))
            beginGathering()
        case .undecided(let match):
            self.match = match
            hold(on: match)
        case .ownerNeeded(let match, let streamID, let apiVersion):
            self.match = match
            hold(on: match)
            terms.owners.ask(streamID, apiVersion, for: self)
        }
    }

    /// Who answers for what waits: the account, or where none is known whoever has that network.
    private func payer(of principal: Principal?) -> BufferPayer {
        principal.map { .account($0.accountID) } ?? .neighbourhood(client.address.network.neighbourhood)
    }

    // MARK: Held requests

    private func hold(on match: RouteMatch) {
        isHeld = true
        record.lead(to: match)
        record.hold(at: loop.now)
    }

    /// The password has been compared, or Luna-Accounts has answered.
    func decided(_ decision: Decision) {
        guard isHeld, !isClosed else { return }
        find { $0.decision = decision }
    }

    /// The signature of another issuer's token has been checked; nil where it is none of theirs.
    func decided(issued decision: Decision?) {
        guard isHeld, !isClosed else { return }
        find { ($0.decision, $0.isOfNoIssuer) = (decision, decision == nil) }
    }

    /// Luna-Streams has said whose the stream is, or could not.
    func found(_ owner: StreamOwner) {
        guard isHeld, !isClosed else { return }
        // The answer may have taken long: whoever passes must still be allowed to.
        find { ($0.owner, $0.decision) = (owner, nil) }
    }

    func ownerUnknown(_ refusal: Refusal) {
        guard isHeld, !isClosed else { return }
        find { $0.refusal = refusal }
    }

    /// The request comes again, with what is known now.
    private func find(_ note: (Findings) -> Void) {
        let known = findings ?? Findings()
        note(known)
        findings = known
        resumeHead()
    }

}

extension ProxyExchange: AdmissionSource {
    /// Nil while a password is being compared, or Luna-Accounts asked.
    func decision(on head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Decision? {
        if let decision = findings?.decision {
            note(decision)
            return decision
        }
        let authenticator = worker.authenticator
        let step = authenticator.decide(
            head: bytes, authorization: head.fields.value(.authorization),
            accountHeader: head.fields.value(.lunaAccountID), now: loop.unixMilliseconds,
            isOfNoIssuer: findings?.isOfNoIssuer ?? false)
        let decision: Decision?
        switch step {
        case .decided(let known):
            decision = known
        case .verify(let check):
            decision = worker.verify(check, for: self)
        case .checkSignature(let token):
            decision = worker.checkSignature(of: token, for: self)
        case .ask(let question):
            let isRead = head.method == .get || head.method == .head
            decision = worker.ask(question, isRead: isRead, for: self)
        }
        let look = authenticator.lastLook
        record.credential = look.fingerprint
        record.decision = look.isRemembered ? .cache : step.isDecided ? .local : .asked
        note(decision)
        return decision
    }

    func permits(_ principal: Principal, _ verb: Verb, under key: String) -> Bool {
        worker.authenticator.permits(principal, verb, under: key)
    }

    func owner(of streamID: UniqueID) -> StreamOwner? {
        findings?.owner ?? terms.owners.remembered(streamID)
    }
}
