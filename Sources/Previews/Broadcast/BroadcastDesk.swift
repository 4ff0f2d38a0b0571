package import HTTPCore

/// All broadcasts that one worker has to do with: those that it is home to, and those that its viewers watch. It has no socket
/// and no clock; what is to be done stands in its effects, which are carried out in their order after each call.
///
/// Viewers are numbers of the worker's own. What it makes sure of, with the board: of each key there is one home in the process;
/// whoever waits is told; a home without viewers ends.
package struct BroadcastDesk: ~Copyable {
    struct Watched {
        let key: BroadcastKey
        var audience: Audience<Int>
    }

    struct Home {
        let key: BroadcastKey
        var state: BroadcastState
        /// Other workers with viewers, as the board had them last.
        var listeners: Set<Int> = []
    }

    let worker: Int
    let board: BroadcastBoard
    /// For broadcasts that begin from now on.
    package var times: BroadcastTimes
    var random: Jitter
    var watched: [BroadcastID: Watched] = [:]
    var watchedByKey: [BroadcastKey: BroadcastID] = [:]
    var homes: [BroadcastID: Home] = [:]
    private var effects: [BroadcastEffect] = []
    private var position = 0
    /// The earliest deadline of a home.
    package internal(set) var deadline: Instant?

    /// `seed`: for the spread of attempts to reconnect, so another for each worker.
    package init(worker: Int, board: BroadcastBoard, times: BroadcastTimes, seed: UInt64) {
        self.worker = worker
        self.board = board
        self.times = times
        random = Jitter(seed)
    }

    /// The next thing to do.
    package mutating func takeEffect() -> BroadcastEffect? {
        guard position < effects.count else {
            effects.removeAll(keepingCapacity: true)
            position = 0
            return nil
        }
        position += 1
        return effects[position - 1]
    }

    mutating func add(_ effect: BroadcastEffect) {
        effects.append(effect)
    }

    /// What a broadcast that has its home here is doing; nil where it has not.
    package func phase(of id: BroadcastID) -> BroadcastState.Phase? { homes[id]?.state.phase }

    /// How many broadcasts have their home here.
    package var homeCount: Int { homes.count }

    // MARK: Viewers

    /// A viewer has been let in, and wants that preview.
    package mutating func enter(_ viewer: Int, _ key: BroadcastKey, at now: Instant)
        -> BroadcastEntrance
    {
        if let id = watchedByKey[key], let seat = watched[id]?.audience.enter(viewer) {
            return .seated(id, place: seat.place, seat.welcome)
        }
        switch board.join(key, worker: worker) {
        case .alone: return .alone
        case .listen(let id, let home):
            add(.post(.listening(key, id, worker: worker), worker: home))
            return seat(viewer, key, id, .wait)
        case .home(let id):
            if homes[id] == nil {
                begin(key, id, isKnown: false, at: now)
            } else {
                look(id, at: now)
            }
            switch homes[id]?.state.welcome ?? .wait {
            case .wait: return seat(viewer, key, id, .wait)
            case .head: return seat(viewer, key, id, .head)
            case .answer:
                leaveBoard(key, id, at: now)
                return .answered(id)
            case .unshared:
                leaveBoard(key, id, at: now)
                return .alone
            }
        }
    }

    private mutating func seat(
        _ viewer: Int, _ key: BroadcastKey, _ id: BroadcastID, _ welcome: BroadcastWelcome
    ) -> BroadcastEntrance {
        var audience = Audience<Int>(isOpen: welcome == .head)
        let place = audience.enter(viewer).place
        watched[id] = Watched(key: key, audience: audience)
        watchedByKey[key] = id
        return .seated(id, place: place, welcome)
    }

    /// A viewer that was seated has gone, of itself or cut by anybody but an order.
    package mutating func leave(_ id: BroadcastID, _ place: Int, at now: Instant) {
        guard watched[id] != nil else { preconditionFailure("who leaves has been seated") }
        watched[id]?.audience.leave(place)
        dropIfEmpty(id, at: now)
    }

    /// The next viewer whom an effect `tell` concerns, and what is done for it. `place` begins at 0.
    package mutating func next(
        _ id: BroadcastID, _ news: AudienceNews, from place: inout Int, at now: Instant
    ) -> (viewer: Int, order: ViewerOrder)? {
        if let (viewer, order) = watched[id]?.audience.next(news, from: &place) {
            return (viewer, order)
        }
        dropIfEmpty(id, at: now)
        return nil
    }

    mutating func dropIfEmpty(_ id: BroadcastID, at now: Instant) {
        guard let left = watched[id], left.audience.isEmpty else { return }
        watched[id] = nil
        watchedByKey[left.key] = nil
        leaveBoard(left.key, id, at: now)
    }

    private mutating func leaveBoard(_ key: BroadcastKey, _ id: BroadcastID, at now: Instant) {
        guard let home = board.leave(key, id, worker: worker) else { return }
        if home == worker { look(id, at: now) } else { add(.post(.look(key, id), worker: home)) }
    }

    // MARK: Messages

    package mutating func receive(_ message: BroadcastMessage, at now: Instant) {
        switch message {
        case .look(_, let id): look(id, at: now)
        case .listening(let key, let id, let listener):
            guard let home = homes[id] else { return }
            switch home.state.welcome {
            case .wait: break
            case .head: add(.post(.news(key, id, .accepted), worker: listener))
            case .answer: add(.post(.news(key, id, .answer), worker: listener))
            case .unshared: add(.post(.news(key, id, .unshared), worker: listener))
            }
            look(id, at: now)
        case .news(_, let id, let news):
            if watched[id] != nil { add(.tell(id, news)) }
        case .beHome(let key, let id, let isKnown):
            guard homes[id] == nil, board.confirmHome(key, id, worker: worker) else { return }
            begin(key, id, isKnown: isKnown, at: now)
            if isKnown { tell(id, .accepted) }
        }
    }
}

/// Chance that need not be secret: SplitMix64.
struct Jitter: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
