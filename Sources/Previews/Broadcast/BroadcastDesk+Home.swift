package import HTTPCore

/// What a worker does for the broadcasts that it is home to.
extension BroadcastDesk {
    mutating func begin(_ key: BroadcastKey, _ id: BroadcastID, isKnown: Bool, at now: Instant) {
        let (state, actions) = BroadcastState.beginning(times, isKnown: isKnown, at: now)
        homes[id] = Home(
            key: key, state: state, listeners: board.listeners(key, id).subtracting([worker]))
        noteDeadline()
        perform(actions, id, at: now)
    }

    /// Something has happened to the source of a broadcast that has its home here; of one that has none any more, nothing.
    package mutating func source(_ event: BroadcastEvent, _ id: BroadcastID, at now: Instant) {
        handle(event, id, at: now)
    }

    /// The stream of those broadcasts was replaced or deleted through us, or their address is no longer that of the settings.
    package mutating func changed(at now: Instant, where isMeant: (BroadcastKey) -> Bool) {
        for id in homes.keys.sorted() {
            if let key = homes[id]?.key, isMeant(key) { handle(.changed, id, at: now) }
        }
    }

    /// The process ends: each preview that has its home here ends behind a whole picture.
    package mutating func drain(at now: Instant) {
        for id in homes.keys.sorted() { handle(.drained, id, at: now) }
    }

    /// The worker ends before others do: its broadcasts go over to workers with viewers of them. Its own viewers have left.
    package mutating func handOver(at now: Instant) {
        for (id, home) in homes {
            if home.state.hasSource { add(.close(id)) }
            if let next = board.handOver(home.key, id, from: worker) {
                add(.post(.beHome(home.key, id, isKnown: home.state.welcome == .head), worker: next))
            }
            add(.forget(id))
        }
        homes.removeAll()
        noteDeadline()
    }

    /// Deadlines that have passed. The next one is `deadline`.
    package mutating func deadlinesPassed(at now: Instant) {
        guard let deadline, deadline <= now else { return }
        for id in homes.keys.sorted() {
            if let due = homes[id]?.state.deadline, due <= now { handle(.deadline, id, at: now) }
        }
        noteDeadline()
    }

    /// Sees by the board who watches.
    mutating func look(_ id: BroadcastID, at now: Instant) {
        guard let key = homes[id]?.key else { return }
        let listeners = board.listeners(key, id)
        homes[id]?.listeners = listeners.subtracting([worker])
        handle(listeners.isEmpty ? .unwatched : .watched, id, at: now)
    }

    private mutating func handle(_ event: BroadcastEvent, _ id: BroadcastID, at now: Instant) {
        guard var home = homes[id] else { return }
        let before = home.state.deadline
        let actions = home.state.handle(event, at: now, &random)
        homes[id] = home
        if home.state.deadline != before { noteDeadline() }
        if !actions.isEmpty { perform(actions, id, at: now) }
    }

    mutating func noteDeadline() {
        deadline = homes.values.compactMap(\.state.deadline).min()
    }

    mutating func tell(_ id: BroadcastID, _ news: AudienceNews) {
        if watched[id] != nil { add(.tell(id, news)) }
        guard let home = homes[id] else { return }
        for listener in home.listeners { add(.post(.news(home.key, id, news), worker: listener)) }
    }

    private mutating func perform(_ actions: BroadcastActions, _ id: BroadcastID, at now: Instant) {
        if actions.contains(.leave), let key = homes[id]?.key {
            // Whoever has come just now is told too, though word of it is still on its way.
            homes[id]?.listeners = board.remove(key, id).subtracting([worker])
        }
        guard let home = homes[id] else { return }
        if actions.contains(.close) { add(.close(id)) }
        if actions.contains(.connect) { add(.connect(id, home.key)) }
        if actions.contains(.accept) { tell(id, .accepted) }
        if actions.contains(.publish) {
            if watched[id] != nil { add(.tell(id, .picture)) }
            if !home.listeners.isEmpty { add(.publish(id, workers: home.listeners)) }
        }
        if actions.contains(.answer) { tell(id, .answer) }
        if actions.contains(.unshare) {
            if let viewer = watched[id]?.audience.takeFirstWaiting() {
                add(.giveConnection(id, viewer: viewer))
            } else {
                add(.close(id))
            }
            tell(id, .unshared)
        }
        if actions.contains(.finish) { tell(id, .finish) }
        if !actions.isDisjoint(with: [.cutEnded, .cutLost]) { tell(id, .cut) }
        if actions.contains(.leaveIfUnwatched) {
            if board.removeIfUnwatched(home.key, id) { forget(id) } else { look(id, at: now) }
        }
        if actions.contains(.leave) { forget(id) }
    }

    private mutating func forget(_ id: BroadcastID) {
        homes[id] = nil
        add(.forget(id))
        noteDeadline()
    }
}
