/// Who watches one broadcast on one worker, and who of them waits for an answer yet.
///
/// Members are asked for one by one, and not by a closure: what is done to one may make it, or another, leave.
package struct Audience<Member> {
    private struct Seat {
        let member: Member
        var hasHead: Bool
    }

    /// Seats that somebody has left stay, for whoever comes next.
    private var seats: [Seat?] = []
    private var free: [Int] = []
    /// Whether the source has answered with a preview: then whoever comes gets the head at once.
    package private(set) var isOpen: Bool

    /// `isOpen`: what the home has said to whoever comes.
    package init(isOpen: Bool = false) {
        self.isOpen = isOpen
    }

    package var count: Int { seats.count - free.count }
    package var isEmpty: Bool { count == 0 }

    /// Somebody comes. The place is told to `leave`.
    package mutating func enter(_ member: Member) -> (place: Int, welcome: BroadcastWelcome) {
        let seat = Seat(member: member, hasHead: isOpen)
        let welcome = isOpen ? BroadcastWelcome.head : .wait
        if let place = free.popLast() {
            seats[place] = seat
            return (place, welcome)
        }
        seats.append(seat)
        return (seats.count - 1, welcome)
    }

    package mutating func leave(_ place: Int) {
        guard seats[place] != nil else { preconditionFailure("who leaves has entered") }
        seats[place] = nil
        free.append(place)
    }

    /// The next one whom the news concern, from the seat `place` on, and what is done for them. Whoever is not to stay has left
    /// then, so that their place must not be used again.
    package mutating func next(_ news: AudienceNews, from place: inout Int) -> (
        member: Member, order: ViewerOrder
    )? {
        if news == .accepted { isOpen = true }
        while place < seats.count {
            let index = place
            place += 1
            guard let seat = seats[index], let order = Self.order(news, hasHead: seat.hasHead) else {
                continue
            }
            switch order {
            case .head: seats[index]?.hasHead = true
            case .picture: break
            case .answer, .askAlone, .cut, .finish: leave(index)
            }
            return (seat.member, order)
        }
        return nil
    }

    /// The first who waits for an answer, who takes over the connection as it is; nil where nobody does.
    package mutating func takeFirstWaiting() -> Member? {
        guard let place = seats.firstIndex(where: { $0.map { !$0.hasHead } ?? false }) else {
            return nil
        }
        defer { leave(place) }
        return seats[place]?.member
    }

    private static func order(_ news: AudienceNews, hasHead: Bool) -> ViewerOrder? {
        switch news {
        case .accepted: hasHead ? nil : .head
        // Whoever has no head yet gets it with the picture.
        case .picture: hasHead ? .picture : .head
        // A picture of an earlier source may have come before: no more will, and nobody may stay in an audience that has gone.
        case .answer: hasHead ? .cut : .answer
        case .unshared: hasHead ? .cut : .askAlone
        case .cut: hasHead ? .cut : .answer
        case .finish: hasHead ? .finish : .answer
        }
    }
}

/// What the home of a broadcast tells the workers that listen.
package enum AudienceNews: Equatable, Sendable {
    /// There is a preview.
    case accepted
    /// There is a newer picture.
    case picture
    /// There is another answer, or none can be had.
    case answer
    /// Nothing is shared.
    case unshared
    /// The source has gone for good.
    case cut
    /// The process ends.
    case finish
}

/// What is done for one viewer.
package enum ViewerOrder: Equatable, Sendable {
    /// Our head, and the newest picture if it is fresh.
    case head
    /// The newest picture, when it is its turn.
    case picture
    /// The answer or failure that has come instead of a preview.
    case answer
    /// It asks Luna-Streams with a connection of its own.
    case askAlone
    /// The connection is cut: half a preview never looks whole.
    case cut
    /// The preview ends behind a whole picture.
    case finish
}
