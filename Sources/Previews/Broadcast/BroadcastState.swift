package import HTTPCore

/// One source and its viewers, as the worker that is their home sees them: events in, actions out, without input or output,
/// clock or chance of its own.
///
/// What it makes sure of: there is at most one connection; there is none without a viewer but while it lingers; whoever waits
/// for an answer gets one.
package struct BroadcastState {
    package enum Phase: Equatable, Sendable {
        /// A first answer is awaited. → watching, kept, barred, over
        case asking
        /// There is a source, and our heads are out. `hasPictures`: one has come. → lingering, away, kept, barred, ending, over
        case watching(hasPictures: Bool)
        /// Nobody watches, pictures still come. → watching, over
        case lingering
        /// The source is lost; it is asked for again at the deadline. → again, kept, ending, over
        case away
        /// It is being asked for again. → watching, away, kept, ending, over
        case again
        /// The last pictures go out. → over
        case ending
        /// An answer or a failure is there for whoever still comes. → over
        case kept
        /// Viewers ask for themselves. → over
        case barred
        /// Nothing is left. → asking, if somebody came in just that moment
        case over
    }

    package private(set) var phase = Phase.asking
    /// When the event `deadline` is wanted; nil where none is.
    package private(set) var deadline: Instant?
    private var pace = ReconnectPace()
    /// When the source was lost.
    private var awaySince: Instant?
    private var isWatched = true
    private let times: BroadcastTimes

    /// Begins with a viewer who waits; what it returns is done at once. `isKnown`: taken over from another worker, whose source
    /// has answered before.
    package static func beginning(
        _ times: BroadcastTimes, isKnown: Bool = false, at now: Instant
    ) -> (BroadcastState, BroadcastActions) {
        var state = BroadcastState(times: times)
        if isKnown {
            state.phase = .again
            state.awaySince = now
            state.deadline = now.advanced(by: times.reconnect)
        }
        state.pace.connecting(at: now)
        return (state, .connect)
    }

    private init(times: BroadcastTimes) {
        self.times = times
    }

    /// Whether there is a connection, or one is being made.
    package var hasSource: Bool {
        switch phase {
        case .asking, .watching, .lingering, .again, .ending: true
        case .away, .kept, .barred, .over: false
        }
    }

    /// What somebody who comes now gets at once.
    package var welcome: BroadcastWelcome {
        switch phase {
        case .asking, .over: .wait
        case .watching, .lingering, .away, .again, .ending: .head
        case .kept: .answer
        case .barred: .unshared
        }
    }

    package mutating func handle(
        _ event: BroadcastEvent, at now: Instant, _ random: inout some RandomNumberGenerator
    ) -> BroadcastActions {
        switch event {
        case .watched: watched(at: now)
        case .unwatched: unwatched(at: now)
        case .accepted: accepted()
        case .picture: picture(at: now)
        case .answered(let isFinal): answered(isFinal: isFinal, at: now, &random)
        case .unreadable: unreadable(at: now, &random)
        case .lost: lost(at: now, &random)
        case .changed: changed(at: now)
        case .drained: drained(at: now)
        case .deadline: deadlinePassed(at: now)
        }
    }

    // MARK: Viewers

    private mutating func watched(at now: Instant) -> BroadcastActions {
        isWatched = true
        switch phase {
        case .lingering:
            become(.watching(hasPictures: true))
            return []
        case .over:
            awaySince = nil
            become(.asking)
            pace.connecting(at: now)
            return .connect
        case .asking, .watching, .away, .again, .ending, .kept, .barred: return []
        }
    }

    private mutating func unwatched(at now: Instant) -> BroadcastActions {
        isWatched = false
        switch phase {
        case .asking, .again, .watching(hasPictures: false), .ending:
            return end([.close, .leaveIfUnwatched])
        case .away: return end(.leaveIfUnwatched)
        case .watching(hasPictures: true):
            become(.lingering, until: now.advanced(by: times.linger))
            return []
        case .lingering, .kept, .barred, .over: return []
        }
    }

    // MARK: The source

    private mutating func accepted() -> BroadcastActions {
        switch phase {
        case .asking:
            become(.watching(hasPictures: false))
            return .accept
        // Heads are out already; that it is back, its first picture tells.
        case .watching, .lingering, .away, .again, .ending, .kept, .barred, .over: return []
        }
    }

    private mutating func picture(at now: Instant) -> BroadcastActions {
        switch phase {
        case .watching(hasPictures: true), .lingering: return .publish
        case .watching(hasPictures: false), .again:
            pace.pictureCame(at: now)
            awaySince = nil
            become(.watching(hasPictures: true))
            return .publish
        case .ending: return end([.close, .finish, .leave])
        case .asking, .away, .kept, .barred, .over: return []
        }
    }

    private mutating func answered(
        isFinal: Bool, at now: Instant, _ random: inout some RandomNumberGenerator
    ) -> BroadcastActions {
        switch phase {
        case .asking: return keep(.answer, at: now)
        case .again: return isFinal ? keep(.cutEnded, at: now) : lost(at: now, &random)
        case .watching, .lingering, .away, .ending, .kept, .barred, .over: return []
        }
    }

    private mutating func unreadable(
        at now: Instant, _ random: inout some RandomNumberGenerator
    ) -> BroadcastActions {
        switch phase {
        case .asking:
            become(.barred, until: now.advanced(by: BroadcastTimes.bar))
            return .unshare
        // Our heads are out, so nobody can have it as it is. Who asks again will.
        case .watching(hasPictures: false):
            become(.barred, until: now.advanced(by: BroadcastTimes.bar))
            return [.close, .cutEnded]
        case .watching(hasPictures: true), .lingering, .again, .ending:
            return lost(at: now, &random).union(.close)
        case .away, .kept, .barred, .over: return []
        }
    }

    private mutating func lost(at now: Instant, _ random: inout some RandomNumberGenerator)
        -> BroadcastActions
    {
        switch phase {
        case .asking: return keep(.answer, at: now)
        case .lingering: return end([.close, .leaveIfUnwatched])
        case .watching, .again:
            let since = awaySince ?? now
            let isNew = awaySince == nil
            awaySince = since
            let giveUp = since.advanced(by: times.reconnect)
            let next = pace.next(after: now, &random)
            guard now < giveUp else { return end([.close, .cutLost, .leave]) }
            become(.away, until: min(next, giveUp))
            return isNew ? [.close, .tellLost] : .close
        case .ending: return end([.close, .finish, .leave])
        case .away, .kept, .barred, .over: return []
        }
    }

    private mutating func changed(at now: Instant) -> BroadcastActions {
        switch phase {
        case .watching, .again:
            let isNew = awaySince == nil
            awaySince = now
            become(.away, until: pace.soonest(after: now))
            return isNew ? [.close, .tellLost] : .close
        case .away:
            awaySince = now
            become(.away, until: pace.soonest(after: now))
            return []
        case .lingering: return end([.close, .leaveIfUnwatched])
        case .kept, .barred: return end(.leaveIfUnwatched)
        case .asking:
            pace.connecting(at: now)
            return [.close, .connect]
        case .ending, .over: return []
        }
    }

    private mutating func drained(at now: Instant) -> BroadcastActions {
        switch phase {
        case .watching(hasPictures: true):
            become(.ending, until: now.advanced(by: BroadcastTimes.lastPicture))
            return []
        case .watching(hasPictures: false), .again: return end([.close, .finish, .leave])
        case .away: return end([.finish, .leave])
        // Those who wait are answered as the drain answers others who wait.
        case .asking: return end([.close, .answer, .leave])
        case .lingering: return end([.close, .leaveIfUnwatched])
        case .kept, .barred: return end(.leaveIfUnwatched)
        case .ending, .over: return []
        }
    }

    // MARK: Time

    private mutating func deadlinePassed(at now: Instant) -> BroadcastActions {
        guard let deadline, deadline <= now else { return [] }
        switch phase {
        case .lingering: return end([.close, .leaveIfUnwatched])
        case .away:
            guard let since = awaySince, now < since.advanced(by: times.reconnect) else {
                return end([.cutLost, .leave])
            }
            become(.again, until: since.advanced(by: times.reconnect))
            pace.connecting(at: now)
            return .connect
        case .again: return end([.close, .cutLost, .leave])
        case .ending: return end([.close, .finish, .leave])
        case .kept, .barred: return end(.leaveIfUnwatched)
        case .asking, .watching, .over:
            self.deadline = nil
            return []
        }
    }

    // MARK: Steps

    private mutating func become(_ phase: Phase, until deadline: Instant? = nil) {
        self.phase = phase
        self.deadline = deadline
    }

    private mutating func keep(_ actions: BroadcastActions, at now: Instant) -> BroadcastActions {
        become(.kept, until: now.advanced(by: BroadcastTimes.keep))
        return actions.union(.close)
    }

    private mutating func end(_ actions: BroadcastActions) -> BroadcastActions {
        become(.over)
        return actions
    }
}
