import Auth
import HTTPCore

/// A live preview or tunnel that runs stays bound to whoever watches it.
extension ProxyExchange {
    /// What is to be looked at when it is decided again whether `principal` may watch.
    func viewerProof(
        of principal: Principal, _ head: borrowing RequestHead, _ bytes: Span<UInt8>
    ) -> Viewer.Proof {
        let (authorization, header) = (head.fields.value(.authorization), head.fields.value(.lunaAccountID))
        if principal.isOfOtherIssuer {
            let token = worker.authenticator.credential(
                head: bytes, authorization: authorization, accountHeader: header)
            if let token { return .issued(token, by: worker.signatures) }
        } else if let question = worker.authenticator.question(
            head: bytes, authorization: authorization, accountHeader: header)
        {
            return .service(question)
        }
        return .accounts(password: worker.authenticator.password(of: principal))
    }

    /// A preview or tunnel may begin. A change of the viewer's account is heard of from now on.
    func enterPreview(_ viewer: Viewer?) {
        viewing = Viewing(viewer: viewer)
        if let viewer { worker.watches(self, by: viewer.principal.accountID) }
    }

    func leavePreview() {
        guard let viewing else { return }
        if let viewer = viewing.viewer { worker.watchesNoMore(self, by: viewer.principal.accountID) }
        self.viewing = nil
    }

    /// Luna-Streams may have taken long: whoever is to watch must still be allowed to before a byte of the answer is
    /// passed on. False where its head has to wait, or is not wanted any more.
    func admitsHead(status: Int) -> Bool {
        guard let viewing, let viewer = viewing.viewer, viewing.entry != .granted, status >= 200 || status == 101 else {
            return true
        }
        if isSeparatedNow(viewer) {
            refuseViewer(.forbidden(.foreignAccount))
            return false
        }
        guard let question = question(about: viewer) else {
            if let denial = review(viewer) {
                refuseViewer(denial)
                return false
            }
            viewing.entry = .granted
            return true
        }
        viewing.entry = .asked
        guard let answer = answer(to: question, about: viewer) else {
            deadlines.paused()
            exchangeDeadline = deadlines.next
            return false
        }
        return isGranted(answer)
    }

    /// What has to be asked elsewhere before it is known whether the viewer may watch on; nil where it is known here.
    private func question(about viewer: Viewer) -> ServiceQuestion? {
        switch viewer.proof {
        case .accounts: nil
        case .issued(let token, let pool): pool === worker.signatures ? nil : token
        case .service(let question): question
        }
    }

    /// Nil where it is not known yet: `reviewed` is called.
    private func answer(to question: ServiceQuestion, about viewer: Viewer) -> DatedDecision? {
        if case .issued = viewer.proof { return worker.reviewSignature(of: question, for: self) }
        return worker.review(question, for: self)
    }

    /// What has been found out of whoever is to watch.
    private func isGranted(_ answer: DatedDecision) -> Bool {
        if let denial = review(by: answer.decision) {
            refuseViewer(denial)
            return false
        }
        viewing?.entry = .granted
        return true
    }

    /// Why the viewer may no longer watch by what was asked elsewhere; nil where it may.
    private func review(by decision: Decision) -> Denial? {
        guard var viewer = viewing?.viewer else { return nil }
        let denial = viewer.review(
            decision, grace: worker.terms.reviewGrace, now: loop.unixMilliseconds, at: loop.now)
        if case .allowed = decision { viewer.isIssued(by: worker.signatures) }
        viewing?.viewer = viewer
        return denial
    }

    /// Nothing of the answer has been passed on: so this is told instead of it.
    private func refuseViewer(_ denial: Denial) {
        perform(exchange.clientGone())
        respond(.denied(denial))
        update()
    }

    /// From now on whoever watches is decided on again. Luna-Accounts is asked when its last answer ends, which was
    /// some time ago: so the first time is now.
    func beginReviews() {
        defer { exchangeDeadline = deadlines.next }
        guard let viewer = viewing?.viewer else { return }
        switch viewer.proof {
        case .accounts, .issued: scheduleReview(worker.terms.reviewInterval)
        case .service: scheduleReview(Interval(nanoseconds: 0))
        }
    }

    /// In that time, or when the token ends, if that is sooner: a right that has an end is never had beyond it.
    private func scheduleReview(_ interval: Interval) {
        var interval = interval
        if let left = viewing?.viewer?.milliseconds(from: loop.unixMilliseconds) {
            // At least one: the wall clock may be a little behind the one that wakes us.
            interval = min(interval, Interval(nanoseconds: min(max(left, 1), 86_400_000) * 1_000_000))
        }
        deadlines.scheduleReview(at: loop.now, interval)
        exchangeDeadline = deadlines.next
    }

    /// Why the viewer may no longer watch by what is known here; nil where it may.
    private func review(_ viewer: Viewer) -> Denial? {
        let now = loop.unixMilliseconds
        var viewer = viewer
        defer { viewing?.viewer = viewer }
        switch viewer.proof {
        case .accounts(let password): return viewer.review(worker.authenticator, cameBy: password, now: now)
        case .issued, .service: return viewer.isExpired(at: now) ? .unauthenticated(.tokenExpired) : nil
        }
    }

    private var isWatched: Bool { !isClosed && (exchange.isRelaying || exchange.isTunnel) }

    /// Decides again on whoever watches: the token may be gone, the account downgraded, the password changed.
    func reviewViewer() {
        guard let viewer = viewing?.viewer, isWatched else { return }
        if isSeparatedNow(viewer) {
            endReview(.forbidden(.foreignAccount), next: worker.terms.reviewInterval)
            return
        }
        let denial = review(viewer)
        if denial == nil, let question = question(about: viewer) {
            if let known = answer(to: question, about: viewer) { reviewed(question, known) }
        } else {
            endReview(denial, next: worker.terms.reviewInterval)
        }
    }

    /// Whether accounts are kept apart since the preview began: nobody has asked whose stream it is, and now it matters.
    private func isSeparatedNow(_ viewer: Viewer) -> Bool {
        worker.terms.admission.isSeparating && !terms.admission.isSeparating && !viewer.principal.readsAllAccounts
    }

    /// The accounts file has changed.
    func accountsChanged() {
        switch viewing?.viewer?.proof {
        case .accounts: reviewViewer()
        // Of neither is anything in that file.
        case .issued, .service, nil: break
        }
    }

    /// Whether something has been asked that a change of the settings makes void.
    var awaitsDecision: Bool { isHeld || viewing?.viewer != nil }

    /// The settings have been read anew. What runs on does so under the old terms, but for bounds of time and the right
    /// to watch.
    func settingsChanged() {
        if isHeld {
            findings = nil
            resumeHead()
            return
        }
        guard let viewer = viewing?.viewer, isWatched else { return }
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

    /// What was asked again is known.
    func reviewed(_ question: ServiceQuestion, _ answer: DatedDecision) {
        guard !isClosed, let viewer = viewing?.viewer, self.question(about: viewer)?.digest == question.digest else {
            return
        }
        if viewing?.entry == .asked {
            if isGranted(answer) {
                deadlines.resumed(at: loop.now)
                exchangeDeadline = deadlines.next
                upstream?.resumeHead()
            }
            return
        }
        guard isWatched else { return }
        let now = loop.unixMilliseconds
        let denial = review(by: answer.decision)
        // Whoever is refused is so within an interval of the last proof, whenever that was.
        let (left, overflows) = answer.end.subtractingReportingOverflow(now)
        let isDated = !overflows && left > 0 && left < 86_400_000
        let next = isDated ? Interval(nanoseconds: left * 1_000_000) : worker.terms.reviewInterval
        endReview(denial, next: min(next, worker.terms.reviewInterval))
    }

    // MARK: The end

    /// The proxy ends and waits no longer. A tunnel is closed; a preview ends with its next part, or is cut where nothing
    /// says what a part is. Other answers are left alone: they are cut when the loop stops, or done before.
    func endPreview() {
        guard match.route.isLive, isWatched else { return }
        if exchange.isTunnel {
            perform(exchange.clientGone())
            finishTunnel()
        } else if let viewing, viewing.end != nil, isAnswerEndless {
            viewing.isEnding = true
        } else {
            abort()
        }
        update()
    }

    /// Passes on what belongs to the part at hand. Then the preview is whole: parts, and the end of their sequence.
    func sendLastPart(_ bytes: Span<UInt8>) {
        guard let end = viewing?.end?.next(in: bytes) else {
            sendContent(bytes)
            return
        }
        sendContent(bytes.extracting(0..<end))
        PreviewEnd.closing.withUTF8Buffer { sendContent($0.span) }
        perform(exchange.clientGone())
        finishLast()
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
