import HTTPCore

/// How a worker ends, step by step: told to, no longer ready, no new clients, nobody left.
final class Drain: EventSource {
    enum Step {
        /// Not ready any more, and clients are still taken: those who watch `/healthcheck` need time to notice.
        /// → arriving
        case noticing
        /// No connection is begun any more; those that the kernel is making are still taken. → serving
        case arriving
        /// Calls end, idle connections close, previews run on. → ending
        case serving
        /// The deadline has passed: previews end with their next part; whatever else there is is cut soon.
        case ending
    }

    /// In which connections arrive that were being made when the first were turned away: some round trips.
    private static let arrivalTime = Interval(.milliseconds(100))
    /// In which a preview comes to the end of a part: two pictures a second are few.
    static let ending = Duration.seconds(2)
    private static let endingTime = Interval(ending)
    /// Between attempts to take who waits, where descriptors have run out.
    private static let retryTime = Interval(.milliseconds(50))

    private(set) var step = Step.noticing
    private unowned let worker: Worker
    /// Of `drain_timeout`, from when the listeners close.
    private let timeout: Interval
    private var end = Instant.never

    /// Begins at once.
    init(_ worker: Worker, delay: Interval, timeout: Interval) {
        self.worker = worker
        self.timeout = timeout
        super.init(descriptor: -1, loop: worker.loop)
        open([])
        setDeadline(loop.now.advanced(by: delay))
    }

    override func deadlinePassed() {
        switch step {
        case .noticing: turnAway()
        case .arriving: closeListeners()
        case .serving: endPreviews()
        case .ending: loop.stop()
        }
    }

    /// Closing a socket resets who waits in its queue. So first nobody new comes into it, then it is emptied, then it goes.
    private func turnAway() {
        step = .arriving
        end = loop.now.advanced(by: timeout)
        worker.connectionsEnd()
        let waitsForSome = worker.turnAway()
        if waitsForSome {
            setDeadline(loop.now.advanced(by: Self.arrivalTime))
        } else {
            closeListeners()
        }
    }

    private func closeListeners() {
        if !worker.closeListeners(), loop.now < end {
            setDeadline(loop.now.advanced(by: Self.retryTime))
            return
        }
        step = .serving
        setDeadline(end)
        stopIfDone()
    }

    private func endPreviews() {
        step = .ending
        setDeadline(loop.now.advanced(by: Self.endingTime))
        worker.endPreviews()
        stopIfDone()
    }

    /// A connection has gone, or nobody else comes.
    func stopIfDone() {
        switch step {
        case .noticing, .arriving: break
        case .serving, .ending: if worker.isDeserted { loop.stop() }
        }
    }
}
