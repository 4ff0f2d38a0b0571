import Auth
import HTTPCore

/// From a request's head to what is done with it. Nothing has gone upstream, and no content has been read, before
/// `forward`.
extension ProxyConnection {
    func admit(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        if let refusal = held.refusal {
            respond(refusal)
            return
        }
        switch worker.admission.destination(head, bytes) {
        case .refused(let refusal):
            respond(refusal)
        case .options(let allow):
            respondOptions(allow)
        case .own(let route):
            worker.resources.answer(route, on: self)
        case .open(let match, let apiVersion):
            self.match = match
            forward(head, bytes, nil, apiVersion, .unchanged, checksContent: false)
        case .guarded(let match, let apiVersion):
            self.match = match
            guard let principal = authenticated(head, bytes) else { return }
            if let denial = Admission.missingPermission(principal, head.method) {
                respond(.denied(denial))
                return
            }
            separate(head, bytes, principal, apiVersion)
        case .accounts(let match):
            self.match = match
            guard let principal = authenticated(head, bytes) else { return }
            beginAccountsCall(head, bytes, principal)
        }
    }

    /// The principal; nil where the request is refused or held.
    private func authenticated(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Principal? {
        guard let decision = held.decision ?? decide(head, bytes) else {
            isHeld = true
            return nil
        }
        held.decision = decision
        switch decision.outcome {
        case .success(let principal): return principal
        case .failure(let denial):
            respond(.denied(denial))
            return nil
        }
    }

    /// Nil while a password is being compared, or Luna-Accounts asked.
    private func decide(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Decision? {
        if let reason = Admission.repeatedCredentials(head) { return .malformed(reason) }
        let step = worker.authenticator.decide(
            head: bytes, authorization: head.fields.value(.authorization),
            accountHeader: head.fields.value(.lunaAccountID), now: loop.unixMilliseconds)
        switch step {
        case .decided(let decision): return decision
        case .verify(let check): return worker.verify(check, for: self) ? nil : .unavailable(.overloaded)
        case .ask(let question):
            return worker.ask(question, isRead: head.method == .get || head.method == .head, for: self)
        }
    }

    private func separate(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ principal: Principal, _ apiVersion: Int
    ) {
        let owner = match.streamID.flatMap { held.owner ?? worker.owners.remembered($0) }
        switch worker.admission.separate(principal, match, head, bytes, owner: owner) {
        case .refused(let refusal):
            respond(.separation(refusal))
        case .ownerNeeded(let streamID):
            isHeld = true
            worker.owners.ask(streamID, apiVersion, for: self)
        case .passes(let edit, let checksContent):
            forward(head, bytes, principal, apiVersion, edit, checksContent: checksContent)
        }
    }

    // MARK: Held requests

    /// The password has been compared, or Luna-Accounts has answered.
    func decided(_ decision: Decision) {
        guard isHeld, !isClosed else { return }
        held.decision = decision
        resumeHead()
    }

    /// Luna-Streams has said whose the stream is, or could not.
    func found(_ owner: StreamOwner) {
        guard isHeld, !isClosed else { return }
        held.owner = owner
        resumeHead()
    }

    func ownerUnknown(_ refusal: Refusal) {
        guard isHeld, !isClosed else { return }
        held.refusal = refusal
        resumeHead()
    }

    // MARK: Content that is looked at

    func gather(_ bytes: Span<UInt8>) {
        guard gathered.count + bytes.count <= BodyRule.maximumLength else {
            let isAccounts: Bool
            if case .accounts = contentUse { isAccounts = true } else { isAccounts = false }
            contentUse = .atHand
            dropGathered()
            dropRequest()
            respond(isAccounts ? .tokensContentTooLarge : .separation(.contentTooLarge))
            return
        }
        if gathered.capacity == 0 { gathered = loop.memory.takeBuffer() }
        gathered.append(bytes)
    }

    func useGathered() {
        switch contentUse {
        case .streaming, .atHand:
            break
        case .checking(let request, let account):
            contentUse = .atHand
            do throws(SeparationRefusal) {
                let edit = try BodyRule.edit(gathered.span, account: account)
                let length = gathered.count + edit.growth
                worker.forwarding.endRequest(request, method, .length(length), to: &requestBytes)
                edit.append(gathered.span, to: &requestBytes)
            } catch {
                dropGathered()
                dropRequest()
                respond(.separation(error))
                return
            }
            dropGathered()
            begin(isComplete: true)
        case .accounts(let call):
            contentUse = .atHand
            let request = call.request(method, content: gathered)
            dropGathered()
            if !worker.answer(request, on: self) { respond(.tokensOverloaded) }
        }
        update()
    }

    func dropGathered() {
        loop.memory.giveBack(&gathered)
    }

    private func beginAccountsCall(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ principal: Principal
    ) {
        if principal.kind != .basic {
            respond(.denied(.forbidden(.tokensNotByToken)))
            return
        }
        if case .length(let length) = head.framing, length > TokensAPI.maximumContentSize {
            respond(.tokensContentTooLarge)
            return
        }
        contentUse = .accounts(TokensCall(match, head, bytes, principal))
        if head.framing == .none { useGathered() } else { sendContinue() }
    }
}

/// A request for the accounts' own resources whose content is still to come.
struct TokensCall {
    private let resource: TokensResource
    private let query: [UInt8]?
    private let contentType: [UInt8]?
    private let principal: Principal

    init(_ match: RouteMatch, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ principal: Principal) {
        if let id = match.tokenID {
            resource = .token(id)
        } else {
            resource = match.route == .account ? .account : .tokens
        }
        query = head.query.map { Self.copy(bytes, $0) }
        contentType = head.fields.value(.contentType).map { Self.copy(bytes, $0) }
        self.principal = principal
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(bytes, range)
        return copy
    }

    func request(_ method: Method, content: [UInt8]) -> TokensRequest {
        TokensRequest(
            method: method, resource: resource, query: query, contentType: contentType, content: content,
            principal: principal)
    }
}
