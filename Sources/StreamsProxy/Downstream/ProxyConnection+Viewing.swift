import Auth
import HTTPCore

/// A live preview or tunnel that runs stays bound to whoever watches it.
extension ProxyConnection {
    /// From now on whoever watches is decided on again. Luna-Accounts is asked when its last answer ends, which was
    /// some time ago: so the first time is now.
    func beginReviews() {
        guard let viewer else { return }
        switch viewer.proof {
        case .directory, .issued: scheduleReview(worker.terms.reviewInterval)
        case .service: scheduleReview(Interval(nanoseconds: 0))
        }
    }

    private func scheduleReview(_ interval: Interval) {
        deadlines.scheduleReview(at: loop.now, interval)
        exchangeDeadline = deadlines.next
    }

    private var isWatched: Bool { !isClosed && (exchange.isRelaying || exchange.isTunnel) }

    /// Decides again on whoever watches: the token may be gone, the account downgraded, the password changed.
    func reviewViewer() {
        guard let viewer, isWatched else { return }
        if isSeparatedNow(viewer) {
            endReview(.forbidden(.foreignAccount), next: worker.terms.reviewInterval)
            return
        }
        switch viewer.proof {
        case .directory(let directory):
            let denial = viewer.review(worker.authenticator, since: directory, now: loop.unixMilliseconds)
            endReview(denial, next: worker.terms.reviewInterval)
        case .issued(let token):
            let denial = viewer.review(worker.authenticator, issued: token, now: loop.unixMilliseconds)
            endReview(denial, next: worker.terms.reviewInterval)
        case .service(let question):
            if let known = worker.review(question, for: self) { reviewed(question, known) }
        }
    }

    /// Whether accounts are kept apart since the preview began: nobody has asked whose stream it is, and now it matters.
    private func isSeparatedNow(_ viewer: Viewer) -> Bool {
        worker.terms.admission.isSeparating && !terms.admission.isSeparating && !viewer.principal.readsAllAccounts
    }

    /// The accounts file has changed.
    func accountsChanged() {
        switch viewer?.proof {
        case .directory: reviewViewer()
        // Of neither is anything in that file.
        case .issued, .service, nil: break
        }
    }

    /// Whether something has been asked that a change of the settings makes void.
    var awaitsDecision: Bool { isHeld || viewer != nil }

    /// The settings have been read anew. What runs on does so under the old terms, but for bounds of time and the right
    /// to watch.
    func settingsChanged() {
        adopt(worker.terms.serverSettings)
        if isHeld {
            held = HeldRequest()
            resumeHead()
            return
        }
        guard let viewer, isWatched else { return }
        if isSeparatedNow(viewer) {
            reviewViewer()
            return
        }
        deadlines.liveTimeoutsChanged(at: loop.now, worker.terms.timeouts)
        deadlines.hastenReview(at: loop.now, worker.terms.reviewInterval)
        exchangeDeadline = deadlines.next
        accountsChanged()
        update()
    }

    /// Luna-Accounts has been asked again.
    func reviewed(_ question: ServiceQuestion, _ answer: DatedDecision) {
        guard isWatched, case .service(let current) = viewer?.proof, current.digest == question.digest else { return }
        let now = loop.unixMilliseconds
        let denial = viewer?.review(answer.decision, grace: worker.terms.reviewGrace, now: now, at: loop.now)
        // Whoever is refused is so within an interval of the last proof, whenever that was.
        let (left, overflows) = answer.end.subtractingReportingOverflow(now)
        let isDated = !overflows && left > 0 && left < 86_400_000
        let next = isDated ? Interval(nanoseconds: left * 1_000_000) : worker.terms.reviewInterval
        endReview(denial ?? nil, next: min(next, worker.terms.reviewInterval))
    }

    private func endReview(_ denial: Denial?, next: Interval) {
        if let denial {
            record.reason = RefusalReason(denial)
            record.errorCode = ErrorAnswer(.denied(denial)).code
            endRecord(.revoked)
            perform(exchange.clientGone())
            abort()
        } else {
            scheduleReview(next)
        }
    }
}
