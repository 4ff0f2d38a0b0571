import Auth
import HTTPCore

/// Content that is all read before anything goes upstream, and looked at.
extension ProxyExchange {
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
        var growing = Swift.exchange(&gathered, with: ByteBuffer())
        if growing.capacity == 0 { growing = memory.takeBuffer() }
        growing.makeRoom(for: bytes.count, within: contentBound)
        growing.append(bytes)
        swap(&gathered, &growing)
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
            var content = Swift.exchange(&gathered, with: ByteBuffer())
            let request = call.request(method, content: content.bytes)
            swap(&gathered, &content)
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
