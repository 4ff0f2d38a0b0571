import Auth
import HTTPCore

/// What exchanges want of their worker. What is done elsewhere comes back by the mailbox, with the ticket of whoever waits.
extension Worker {
    func nextRequestID() -> RequestID {
        var source = requestIDs
        let id = source.next(unixSeconds: loop.unixMilliseconds / 1000)
        requestIDs = source
        return id
    }

    /// Somebody was refused since a bound is reached.
    func note(_ overload: Overload) {
        ledger.count { $0.count(overload) }
        guard let message = overloadNotes.message(overload, at: loop.now) else { return }
        OperatorNotes.write(.warning, of: .proxy, message)
    }

    /// Has a password compared; else why it can't be.
    func verify(_ check: PasswordCheck, for exchange: ProxyExchange) -> Decision? {
        let ticket = ticket(for: exchange)
        let mailbox = mailbox
        let submission = setting.passwords.submit(check, from: exchange.client.address.network) {
            mailbox.post(.verdict(ticket: ticket, check, $0))
        }
        switch submission {
        case .taken: return nil
        case .full:
            waiting[ticket] = nil
            return .unavailable(.overloaded)
        case .guessing(let seconds):
            waiting[ticket] = nil
            return .unavailable(.guessing(seconds: seconds))
        }
    }

    /// Where the issuers of now have their tokens' signatures checked.
    var signatures: SignaturePool { setting.signatures }

    /// Has the signature of another issuer's token checked; else why it can't be.
    func checkSignature(of token: ServiceQuestion, for exchange: ProxyExchange) -> Decision? {
        submit(token, for: exchange) { [signatures] in .issued(ticket: $0, token, $1, by: signatures) }
    }

    /// The same for whoever watches a preview: `reviewed` is called.
    func reviewSignature(of token: ServiceQuestion, for exchange: ProxyExchange) -> DatedDecision? {
        submit(token, for: exchange) { .review(ticket: $0, token, .once($1)) }.map { .once($0) }
    }

    private func submit(
        _ token: ServiceQuestion, for exchange: ProxyExchange,
        message: @escaping @Sendable (UInt64, Decision) -> WorkerMessage
    ) -> Decision? {
        let ticket = ticket(for: exchange)
        let mailbox = mailbox
        let isTaken = signatures.submit(
            token, from: exchange.client.address.network, now: loop.unixMilliseconds
        ) { mailbox.post(message(ticket, $0)) }
        guard !isTaken else { return nil }
        waiting[ticket] = nil
        return .unavailable(.overloaded)
    }

    /// The decision of Luna-Accounts, where it is known; else `decided` is called when it is.
    func ask(_ question: ServiceQuestion, isRead: Bool, for exchange: ProxyExchange) -> Decision? {
        guard let accounts else { preconditionFailure("nobody to ask") }
        let ticket = ticket(for: exchange)
        let mailbox = mailbox
        let known = accounts.ask(question, isRead: isRead, from: exchange.client.address.network) {
            mailbox.post(.answer(ticket: ticket, question, $0))
        }
        guard let known else { return nil }
        waiting[ticket] = nil
        return authenticator.accept(question, known, now: loop.unixMilliseconds)
    }

    /// What Luna-Accounts says now about whoever watches a preview, where it is known; else `reviewed` is called.
    func review(_ question: ServiceQuestion, for exchange: ProxyExchange) -> DatedDecision? {
        // It was Luna-Accounts that let the viewer in, and it is not asked any more: nothing speaks for the viewer.
        guard let accounts else { return .once(.unauthenticated(.unknownAccount)) }
        let ticket = ticket(for: exchange)
        let mailbox = mailbox
        let known = accounts.ask(question, isRead: true, from: exchange.client.address.network) {
            mailbox.post(.review(ticket: ticket, question, $0))
        }
        if known != nil { waiting[ticket] = nil }
        return known
    }

    func ticket(for exchange: ProxyExchange) -> UInt64 {
        nextTicket += 1
        waiting[nextTicket] = exchange
        return nextTicket
    }

    func watches(_ exchange: ProxyExchange, by account: UniqueID) { watched.add(exchange, of: account) }

    func watchesNoMore(_ exchange: ProxyExchange, by account: UniqueID) { watched.remove(exchange, of: account) }

    /// Has a request for the accounts' own resources carried out, at once where it only reads; false where too many wait already.
    func answer(_ request: TokensRequest, on exchange: ProxyExchange) -> Bool {
        if !request.changes {
            exchange.respond(TokensAPI.answer(request, from: authenticator.directory))
            return true
        }
        let ticket = ticket(for: exchange)
        let mailbox = mailbox
        // A service may have got the accounts while the content came.
        let isSubmitted = setting.tokens?.submit(request) { mailbox.post(.tokens(ticket: ticket, $0)) } ?? false
        if !isSubmitted { waiting[ticket] = nil }
        return isSubmitted
    }

    /// `exchange` is answered when all workers have told what they count.
    func askForMetrics(for exchange: ProxyExchange) {
        let configuration = setting.configuration
        var frame = MetricsFrame(
            mount: configuration.mount, extraLabels: configuration.metrics.extraLabels, log: setting.log,
            plugins: PluginFigures(
                plugins: plugins.figures.plugins, hostRestarts: plugins.figures.hostRestarts,
                lostPoints: pluginHost.lostPoints))
        frame.files = desk.files.figures
        frame.certificateEnd = setting.identity?.certificate.ends
        desk.ask(by: index, ticket: ticket(for: exchange), frame)
    }
}
