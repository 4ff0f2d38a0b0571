import HTTPCore
import Previews
import SeededRandom
import Testing

/// Viewers, sources and workers at random, messages between workers in any order that mailboxes allow. Of each key there is never
/// more than one source; a source has a viewer or lingers; nobody waits for ever, and nobody gets two answers.
struct BroadcastSimulationTests {
    @Test func `One source a key, an answer for each viewer`() {
        Seeds.walk(20000) { seed in
            var world = BroadcastWorld(seed: seed)
            for _ in 0..<250 where world.fault == nil { world.step() }
            world.settle()
            world.leaveAll()
            return world.fault
        }
    }
}

/// What a viewer has got so far.
private enum Seen {
    case nothing, head, answer, alone, connection, cut, whole
}

private struct Viewer {
    let worker: Int
    var place: (id: BroadcastID, place: Int)?
    var seen = Seen.nothing
    var lastPicture: UInt64 = 0
}

private struct Source {
    let worker: Int
    let id: BroadcastID
    var isAccepted = false
}

/// Three workers, their mailboxes and trays, Luna-Streams, and whoever watches.
private struct BroadcastWorld: ~Copyable {
    private static let workers = 3
    private var random: SeededRandom
    private let board = BroadcastBoard()
    private var desks: [DeskBox]
    private var mail: [[BroadcastMessage]] = Array(repeating: [], count: workers)
    /// By worker: pictures on their way.
    private var trays: [[BroadcastID: UInt64]] = Array(repeating: [:], count: workers)
    private var viewers: [Int: Viewer] = [:]
    private var viewerCount = 0
    private var sources: [BroadcastKey: Source] = [:]
    private var pictures: UInt64 = 0
    private var now = Instant(nanoseconds: 1)
    private(set) var fault: String?

    /// A desk can't be copied, and an array of such is none yet.
    private final class DeskBox {
        var desk: BroadcastDesk
        init(_ desk: consuming BroadcastDesk) { self.desk = desk }
    }

    init(seed: UInt64) {
        random = SeededRandom(seed)
        let times = BroadcastTimes(
            linger: Interval(nanoseconds: 3_000_000_000), reconnect: Interval(nanoseconds: 30_000_000_000)
        )
        let board = board
        desks = (0..<Self.workers).map {
            DeskBox(BroadcastDesk(worker: $0, board: board, times: times, seed: seed &* 7 &+ UInt64($0)))
        }
    }

    private mutating func fail(_ text: String) {
        if fault == nil { fault = text }
    }

    private static func key(_ number: Int) -> BroadcastKey {
        BroadcastKey(
            upstream: 0, version: 1, stream: UniqueID(high: 0, low: UInt64(number)), query: [],
            account: UniqueID(high: 1, low: 1))
    }

    // MARK: What happens

    mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: join()
        case 20..<34: if let number = viewers.keys.sorted().randomElement(using: &random) { leave(number) }
        case 34..<64: deliverOne()
        case 64..<84: sourceEvent()
        case 84..<96: pass(Int64.random(in: 0...2_000_000_000, using: &random))
        case 96: pass(Int64.random(in: 0...40_000_000_000, using: &random))
        case 97:
            let worker = Int.random(in: 0..<Self.workers, using: &random)
            desks[worker].desk.changed(at: now) { $0.stream.low == 0 }
            carryOut(worker)
        case 98: handOver(Int.random(in: 0..<Self.workers, using: &random))
        default:
            let worker = Int.random(in: 0..<Self.workers, using: &random)
            desks[worker].desk.drain(at: now)
            carryOut(worker)
        }
        checkSources()
    }

    private mutating func join() {
        let worker = Int.random(in: 0..<Self.workers, using: &random)
        let key = Self.key(Int.random(in: 0..<2, using: &random))
        let number = viewerCount
        viewerCount += 1
        var viewer = Viewer(worker: worker)
        switch desks[worker].desk.enter(number, key, at: now) {
        case .seated(let id, let place, let welcome):
            viewer.place = (id, place)
            if welcome == .head { viewer.seen = .head }
        case .answered: viewer.seen = .answer
        case .alone: viewer.seen = .alone
        }
        viewers[number] = viewer
        carryOut(worker)
    }

    private mutating func leave(_ number: Int) {
        guard let viewer = viewers.removeValue(forKey: number), let (id, place) = viewer.place else {
            return
        }
        desks[viewer.worker].desk.leave(id, place, at: now)
        carryOut(viewer.worker)
    }

    private mutating func handOver(_ worker: Int) {
        for (number, viewer) in viewers.sorted(by: { $0.key < $1.key }) where viewer.worker == worker {
            leave(number)
        }
        desks[worker].desk.handOver(at: now)
        carryOut(worker)
    }

    private mutating func deliverOne() {
        let worker = Int.random(in: 0..<Self.workers, using: &random)
        if !trays[worker].isEmpty, mail[worker].isEmpty || random.once(in: 3) {
            let taken = trays[worker]
            trays[worker] = [:]
            for (id, number) in taken.sorted(by: { $0.key < $1.key }) {
                tell(worker, id, .picture, number)
            }
            carryOut(worker)
        } else if !mail[worker].isEmpty {
            desks[worker].desk.receive(mail[worker].removeFirst(), at: now)
            carryOut(worker)
        }
    }

    private mutating func sourceEvent() {
        guard
            let (key, source) = sources.sorted(by: { $0.key.stream.low < $1.key.stream.low })
                .randomElement(using: &random)
        else { return }
        let event: BroadcastEvent
        if source.isAccepted {
            let events: [BroadcastEvent] = [
                .picture, .picture, .picture, .picture, .picture, .lost, .unreadable,
            ]
            event = events.randomElement(using: &random) ?? .picture
        } else {
            let events: [BroadcastEvent] = [
                .accepted, .accepted, .accepted, .answered(isFinal: true), .answered(isFinal: false), .lost,
                .unreadable,
            ]
            event = events.randomElement(using: &random) ?? .accepted
        }
        happen(event, key, source)
    }

    private mutating func happen(_ event: BroadcastEvent, _ key: BroadcastKey, _ source: Source) {
        if event == .accepted { sources[key]?.isAccepted = true }
        if event == .picture { pictures += 1 }
        desks[source.worker].desk.source(event, source.id, at: now)
        carryOut(source.worker)
    }

    private mutating func pass(_ nanoseconds: Int64) {
        let end = now.advanced(by: Interval(nanoseconds: nanoseconds))
        // Deadlines are met in time.
        while let due = desks.compactMap({ $0.desk.deadline }).min(), due <= end, fault == nil {
            now = max(now, due)
            for worker in 0..<Self.workers {
                desks[worker].desk.deadlinesPassed(at: now)
                carryOut(worker)
            }
        }
        now = end
    }

    // MARK: What is done

    private mutating func carryOut(_ worker: Int) {
        while let effect = desks[worker].desk.takeEffect() {
            switch effect {
            case .connect(let id, let key):
                if sources[key] != nil { fail("two sources for a key") }
                sources[key] = Source(worker: worker, id: id)
            case .close(let id): close(id)
            case .giveConnection(let id, let number):
                close(id)
                order(number, .askAlone, taking: true)
            case .tell(let id, let news): tell(worker, id, news, pictures)
            case .publish(let id, let listeners):
                for listener in listeners {
                    if listener == worker { fail("a home listens to itself") }
                    trays[listener][id] = pictures
                }
            case .post(let message, let other):
                if other == worker { fail("a worker writes to itself") }
                mail[other].append(message)
            case .forget(let id):
                if sources.values.contains(where: { $0.id == id && $0.worker == worker }) {
                    fail("a source without a home")
                }
            }
        }
    }

    private mutating func close(_ id: BroadcastID) {
        if let key = sources.first(where: { $0.value.id == id })?.key { sources[key] = nil }
    }

    private mutating func tell(
        _ worker: Int, _ id: BroadcastID, _ news: AudienceNews, _ picture: UInt64
    ) {
        var place = 0
        while let (number, what) = desks[worker].desk.next(id, news, from: &place, at: now) {
            order(number, what)
            // One from the tray may be older than one of the own source, where the home has just come here: `ViewerPace` leaves
            // it out.
            if what == .picture, let viewer = viewers[number], viewer.lastPicture < picture {
                viewers[number]?.lastPicture = picture
            }
        }
    }

    private mutating func order(_ number: Int, _ order: ViewerOrder, taking: Bool = false) {
        guard let viewer = viewers[number] else { return fail("an order for nobody") }
        switch (order, viewer.seen) {
        case (.head, .nothing): viewers[number]?.seen = .head
        case (.picture, .head): break
        case (.answer, .nothing): viewers[number]?.seen = .answer
        case (.askAlone, .nothing): viewers[number]?.seen = taking ? .connection : .alone
        case (.cut, .head): viewers[number]?.seen = .cut
        case (.finish, .head): viewers[number]?.seen = .whole
        default: fail("\(order) for a viewer that has \(viewer.seen)")
        }
        if order != .head, order != .picture { viewers[number]?.place = nil }
    }

    // MARK: What must be true

    private mutating func checkSources() {
        for (key, source) in sources where desks[source.worker].desk.phase(of: source.id) == nil {
            fail("the source of \(key.stream.low) has no home")
        }
    }

    /// All messages arrive, sources answer: then each viewer has an answer, and each source a viewer or its linger.
    mutating func settle() {
        for _ in 0..<8 where fault == nil {
            deliverAll()
            for (key, source) in sources.sorted(by: { $0.key.stream.low < $1.key.stream.low }) {
                if !source.isAccepted { happen(.accepted, key, source) }
            }
            deliverAll()
        }
        for (number, viewer) in viewers where viewer.seen == .nothing {
            fail("viewer \(number) waits for ever")
        }
        for (key, source) in sources {
            let isWatched = viewers.values.contains { $0.place?.id == source.id }
            if !isWatched, desks[source.worker].desk.phase(of: source.id) != .lingering {
                fail("a source that nobody watches: \(key.stream.low)")
            }
        }
    }

    private mutating func deliverAll() {
        while fault == nil,
            mail.contains(where: { !$0.isEmpty }) || trays.contains(where: { !$0.isEmpty })
        { deliverOne() }
    }

    mutating func leaveAll() {
        for number in viewers.keys.sorted() { leave(number) }
        deliverAll()
        pass(100_000_000_000)
        deliverAll()
        pass(100_000_000_000)
        if !sources.isEmpty { fail("sources without viewers: \(sources.count)") }
        if board.count != 0 { fail("broadcasts without viewers: \(board.count)") }
        for desk in desks where desk.desk.homeCount != 0 { fail("a home without a broadcast") }
    }
}
