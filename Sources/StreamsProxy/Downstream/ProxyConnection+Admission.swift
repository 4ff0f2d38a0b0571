import Auth
import HTTPCore

/// From a request's head to what is done with it. Nothing has gone upstream, and no content has been read, before
/// `forward`.
extension ProxyConnection {
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

    // MARK: Content that is looked at

    /// The content is read now, all of it within `request`: a byte a minute must not hold a mebibyte for ever.
    func beginGathering() {
        if framing == .none {
            useGathered()
            return
        }
        deadlines.begin(at: loop.now, terms.timeouts)
        exchangeDeadline = deadlines.next
        sendContinue()
    }

    var isGathering: Bool {
        switch contentUse {
        case .streaming, .atHand: false
        case .checking, .collecting, .accounts: true
        }
    }

    func gather(_ bytes: Span<UInt8>) {
        let (maximum, refusal) = gatheringLimit
        if case .checking = contentUse, BodyRule.refusesContent(of: match.route, method) {
            refuseGathered(.separation(.unexpectedContent))
            return
        }
        guard gathered.count + bytes.count <= maximum else {
            refuseGathered(refusal)
            return
        }
        if gathered.capacity == 0 {
            var buffer = memory.takeBuffer()
            swap(&gathered, &buffer)
        }
        gathered.makeRoom(for: bytes.count, within: contentBound)
        gathered.append(bytes)
        countKept()
    }

    /// It goes no further, whatever is still to come.
    private func refuseGathered(_ refusal: Refusal) {
        contentUse = .atHand
        dropGathered()
        dropRequest()
        respond(refusal)
    }

    /// How long the content can become.
    private var contentBound: Int {
        let maximum = gatheringLimit.maximum
        return if case .length(let length) = framing { min(length, maximum) } else { maximum }
    }

    /// So little of a request may wait for Luna-Streams uncounted: what most requests come to, which are many and short.
    private static let uncounted = 4096

    /// Tells what is kept of the request at hand.
    func countKept() {
        let request = requestBytes.count > Self.uncounted || isGathering ? requestBytes.capacity : 0
        hold(gathered.capacity + request + (upstream?.keptBytes ?? 0))
    }

    private var gatheringLimit: (maximum: Int, Refusal) {
        switch contentUse {
        case .collecting: (Admission.openContentMaximum, .openContentTooLarge)
        case .accounts: (TokensAPI.maximumContentSize, .tokensContentTooLarge)
        case .streaming, .atHand, .checking: (BodyRule.maximumLength, .separation(.contentTooLarge))
        }
    }

    func useGathered() {
        exchangeDeadline = .never
        switch contentUse {
        case .streaming, .atHand:
            break
        case .checking(let held):
            contentUse = .atHand
            let refusal = checkGathered(held)
            dropGathered()
            if let refusal {
                dropRequest()
                respond(refusal)
            } else {
                begin(isComplete: true)
            }
        case .collecting(let request):
            contentUse = .atHand
            appendGathered(to: request)
            dropGathered()
            begin(isComplete: true)
        case .accounts(let call):
            contentUse = .atHand
            let request = call.request(method, content: gathered.bytes)
            dropGathered()
            if !worker.answer(request, on: self) { respond(.tokensOverloaded) }
        }
        update()
    }

    /// Ends `requestBytes` with the content; or why it goes no further. Content may have taken long to come: whoever sent
    /// it must still be allowed to.
    private func checkGathered(_ held: GatheredRequest) -> Refusal? {
        if let denial = worker.authenticator.denial(
            of: held.principal, method, cameBy: held.password, now: loop.unixMilliseconds)
        {
            return .denied(denial)
        }
        var content = Swift.exchange(&gathered, with: ByteBuffer())
        var bytes = Swift.exchange(&requestBytes, with: ByteBuffer())
        let refusal = content.withSpan { content in
            do throws(SeparationRefusal) {
                let edit = try BodyRule.edit(content, account: held.principal.accountID, for: method)
                let length = content.count + edit.growth
                terms.forwarding.endRequest(held.request, method, .length(length), to: &bytes)
                edit.append(content, to: &bytes)
                return nil as Refusal?
            } catch {
                return .separation(error)
            }
        }
        swap(&requestBytes, &bytes)
        swap(&gathered, &content)
        return refusal
    }

    func dropGathered() {
        memory.giveBack(Swift.exchange(&gathered, with: ByteBuffer()))
        countKept()
    }
}

extension ProxyConnection: AdmissionSource {
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
