package import HTTPCore

/// To whom a stream belongs, as Luna-Streams said.
package enum StreamOwner: Sendable, Equatable {
    case account(UniqueID)
    /// There is no such stream.
    case absent
}

/// A question put to Luna-Streams: which stream, when, and what had been forgotten by then.
package struct OwnershipQuestion: Sendable, Equatable {
    package let streamID: UniqueID
    fileprivate let askedAt: Int64
    fileprivate let changes: Int
}

/// Remembers for a moment to whom streams belong, so that a burst of requests for one stream asks once. One worker's
/// own: times are milliseconds of its monotonic clock.
///
/// What a worker does to streams itself it forgets at once, and with it every question still on its way: the answer may
/// be from before. What others do is seen when the lifetime is over. No account gains by the delay: a stream never
/// changes its account, since `BodyRule` holds for every replacement.
package struct OwnershipMemory {
    private struct Entry {
        let owner: StreamOwner
        let endsAt: Int64
    }

    // Two halves: the older one is dropped as a whole when the newer one is full. No entry is ever moved or searched
    // for; with lifetimes of seconds, keeping the most used ones would gain nothing. A stream may be in both: the newer
    // entry counts.
    private var newer: [UniqueID: Entry] = [:]
    private var older: [UniqueID: Entry] = [:]
    private let halfCapacity: Int
    private let ownerLifetime: Int64
    private let absenceLifetime: Int64
    private var changes = 0

    /// `capacity` in streams; lifetimes in milliseconds, counted from the question. An absence is remembered as long as an
    /// owner: else the time of a second answer would tell a stranger which of the two it was.
    package init(capacity: Int = 4096, ownerLifetime: Int64 = 2000, absenceLifetime: Int64 = 2000) {
        halfCapacity = max(1, capacity / 2)
        self.ownerLifetime = ownerLifetime
        self.absenceLifetime = absenceLifetime
    }

    /// How many streams are remembered, those whose time is over included.
    package var count: Int { newer.count + older.count }

    /// Nil where it must be asked.
    package func owner(of streamID: UniqueID, now: Int64) -> StreamOwner? {
        guard let entry = newer[streamID] ?? older[streamID], now < entry.endsAt else { return nil }
        return entry.owner
    }

    /// To be made when the question goes out, and handed back with its answer.
    package func question(about streamID: UniqueID, now: Int64) -> OwnershipQuestion {
        OwnershipQuestion(streamID: streamID, askedAt: now, changes: changes)
    }

    /// The answer to `question`. It is not remembered if anything was forgotten since the question was asked.
    package mutating func remember(_ owner: StreamOwner, answering question: OwnershipQuestion) {
        guard question.changes == changes else { return }
        let lifetime =
            switch owner {
            case .account: ownerLifetime
            case .absent: absenceLifetime
            }
        if newer.count >= halfCapacity, newer[question.streamID] == nil {
            swap(&newer, &older)
            newer.removeAll(keepingCapacity: true)
        }
        newer[question.streamID] = Entry(owner: owner, endsAt: question.askedAt + lifetime)
    }

    /// The stream has been replaced or deleted, or may have been: its request went out, whatever became of it.
    package mutating func forget(_ streamID: UniqueID) {
        changes += 1
        newer[streamID] = nil
        older[streamID] = nil
    }

    /// Streams have been deleted, or may have been, and which ones is not known.
    package mutating func forgetAll() {
        changes += 1
        newer.removeAll(keepingCapacity: true)
        older.removeAll(keepingCapacity: true)
    }
}
