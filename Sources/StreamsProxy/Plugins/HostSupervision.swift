package import HTTPCore

/// What the host process needs next, by what has happened to it: events in, actions out; no process, no clock.
///
/// What it makes sure of: there is never more than one host; one that ends is followed by another, later each time that
/// one does not live long; one that is stuck, at its start or later, is killed; told to end, it is gone within a bound.
package struct HostSupervision: Sendable {
    package enum State: Equatable, Sendable {
        /// No host is wanted. → starting, finished
        case idle
        /// → running, ending, pausing
        case starting
        /// → ending, pausing
        case running
        /// → starting, idle, pausing, finished
        case ending(Step)
        /// Waits before it starts another. → starting, idle, finished
        case pausing
        /// The proxy ends.
        case finished
    }

    /// How far it has gone to make a host end.
    package enum Step: Equatable, Sendable {
        case asked, terminated, killed
    }

    package enum Action: Equatable, Sendable {
        case none
        case start
        /// Ask for a sign of life.
        case ping
        /// Say that it should end.
        case ask
        case terminate
        case kill
        /// There is no host, and there will be none.
        case finish
    }

    /// The times that it goes by.
    package struct Patience: Sendable {
        /// From the process's start until it serves: import, `initialize` and `start` of the slowest plugin, and some more.
        package var start = Interval(.seconds(45))
        package var pingInterval = Interval(.seconds(5))
        /// Until a ping is answered. The host ends itself where it can after standing still for 10 s.
        package var answer = Interval(.seconds(20))
        /// Until one that was asked to end has: it lets requests end and closes its plugins.
        package var asked = Interval(.seconds(12))
        package var terminated = Interval(.seconds(2))
        /// Before the first start after an end, and twice as long before each further one, up to `longestPause`.
        package var pause = Interval(.milliseconds(250))
        package var longestPause = Interval(.seconds(30))
        /// One that has served for so long is well: its end is the first again.
        package var healthy = Interval(.seconds(60))

        package init() {}
    }

    private let patience: Patience
    package private(set) var state = State.idle
    /// When `due` is to be called.
    package private(set) var deadline = Instant.never
    /// How many have ended unasked.
    package private(set) var restarts = 0
    /// How many have done so in a row.
    private var failures = 0
    private var runningSince = Instant.never
    private var awaitsAnswer = false
    /// What follows when the host that is made to end has ended.
    private var next = Next.start

    private enum Next {
        case start, pause, idle, finish
    }

    /// The proxy takes no more clients: one that ends is not followed by another.
    private var isDraining = false

    package init(patience: Patience = Patience()) {
        self.patience = patience
    }

    // MARK: What is wanted

    /// A host is wanted; where there is one already, a new one, for what it should do has changed.
    package mutating func start(at now: Instant) -> Action {
        switch state {
        case .idle, .pausing:
            failures = 0
            return isDraining ? .none : begin(at: now)
        case .starting, .running:
            failures = 0
            return end(.start, at: now)
        case .ending:
            if next != .finish { next = .start }
            return .none
        case .finished: return .none
        }
    }

    /// No host is wanted any more, or with `forGood` ever again.
    package mutating func stop(forGood: Bool, at now: Instant) -> Action {
        switch state {
        case .idle, .pausing:
            state = forGood ? .finished : .idle
            deadline = .never
            return forGood ? .finish : .none
        case .starting, .running: return end(forGood ? .finish : .idle, at: now)
        case .ending:
            if next != .finish { next = forGood ? .finish : .idle }
            return .none
        case .finished: return .finish
        }
    }

    /// The proxy takes no more clients. A host that runs goes on for those there are; no other follows.
    package mutating func drain(at now: Instant) -> Action {
        isDraining = true
        if state == .pausing {
            state = .idle
            deadline = .never
        }
        return .none
    }

    private mutating func begin(at now: Instant) -> Action {
        state = .starting
        deadline = now.advanced(by: patience.start)
        return .start
    }

    private mutating func end(_ next: Next, at now: Instant) -> Action {
        self.next = next
        state = .ending(.asked)
        deadline = now.advanced(by: patience.asked)
        return .ask
    }

    // MARK: What has happened

    /// The process could not be started.
    package mutating func startFailed(at now: Instant) -> Action { exited(at: now) }

    /// It serves.
    package mutating func ready(at now: Instant) {
        guard state == .starting else { return }
        state = .running
        runningSince = now
        awaitsAnswer = false
        deadline = now.advanced(by: patience.pingInterval)
    }

    /// A ping was answered.
    package mutating func answered(at now: Instant) {
        guard state == .running else { return }
        awaitsAnswer = false
        deadline = now.advanced(by: patience.pingInterval)
    }

    /// It has ended, and no longer listens to anything. It may still be there.
    package mutating func fellSilent(at now: Instant) -> Action {
        switch state {
        case .starting, .running: return kill(then: .pause, at: now)
        case .idle, .ending, .pausing, .finished: return .none
        }
    }

    /// A thread of a plugin does not come back: another host takes its place, when requests under way have had their time.
    package mutating func gotStuck(at now: Instant) -> Action {
        switch state {
        case .starting, .running:
            if isDraining { return .none }
            restarts += 1
            return end(.start, at: now)
        case .idle, .ending, .pausing, .finished: return .none
        }
    }

    /// It takes more memory than it may.
    package mutating func outgrew(at now: Instant) -> Action {
        switch state {
        case .starting, .running: return kill(then: .pause, at: now)
        case .ending(.asked), .ending(.terminated): return kill(then: next, at: now)
        case .idle, .ending(.killed), .pausing, .finished: return .none
        }
    }

    /// The process has ended.
    package mutating func exited(at now: Instant) -> Action {
        switch state {
        case .starting, .running:
            pause(at: now)
            return .none
        case .ending:
            switch next {
            case .start: return begin(at: now)
            case .pause:
                pause(at: now)
                return .none
            case .idle:
                state = .idle
                deadline = .never
                return .none
            case .finish:
                state = .finished
                deadline = .never
                return .finish
            }
        case .idle, .pausing, .finished: return .none
        }
    }

    /// `deadline` has come.
    package mutating func due(at now: Instant) -> Action {
        guard deadline <= now else { return .none }
        switch state {
        case .pausing: return begin(at: now)
        case .starting: return kill(then: .pause, at: now)
        case .running:
            if awaitsAnswer { return kill(then: .pause, at: now) }
            awaitsAnswer = true
            deadline = now.advanced(by: patience.answer)
            return .ping
        case .ending(.asked):
            state = .ending(.terminated)
            deadline = now.advanced(by: patience.terminated)
            return .terminate
        case .ending(.terminated), .ending(.killed): return kill(then: next, at: now)
        case .idle, .finished: return .none
        }
    }

    private mutating func kill(then next: Next, at now: Instant) -> Action {
        self.next = next
        state = .ending(.killed)
        // What is killed ends, but for one that the kernel holds up; that gets another one now and then.
        deadline = now.advanced(by: patience.terminated)
        return .kill
    }

    private mutating func pause(at now: Instant) {
        if isDraining {
            state = .idle
            deadline = .never
            return
        }
        if runningSince != .never, runningSince.advanced(by: patience.healthy) <= now { failures = 0 }
        runningSince = .never
        failures += 1
        restarts += 1
        let doublings = min(failures - 1, 20)
        let pause = min(patience.pause.nanoseconds << Int64(doublings), patience.longestPause.nanoseconds)
        state = .pausing
        deadline = now.advanced(by: Interval(nanoseconds: pause))
    }
}
