import HTTPCore

/// What one worker knows of its exchanges: counters, and log lines on their way to the log. It costs a request some
/// additions and one line written into memory that is there already; lines leave in batches, when there are enough of
/// them or a moment has passed.
final class Ledger: EventSource {
    private var sums = Counters()
    private var log: AccessLog
    private var clock: LogClock
    private var batch: [UInt8] = []
    private var lines = 0
    /// A line is seen at most that long after it was written.
    private let delay = Interval(.milliseconds(200))

    init(loop: EventLoop, log: AccessLog) {
        self.log = log
        clock = LogClock(isLocal: log.settings.isTimeLocal)
        super.init(descriptor: -1, loop: loop)
        open([])
        loop.turnObserver = self
    }

    /// From now on lines go there.
    func follow(_ log: AccessLog) {
        handOver()
        self.log = log
        clock = LogClock(isLocal: log.settings.isTimeLocal)
    }

    /// What has been counted so far.
    var counters: Counters { sums }

    /// Counts through `change`. They are taken out meanwhile: so the compiler sees that nobody else looks at them, where
    /// otherwise the runtime keeps track of each access.
    @inline(__always)
    func count(_ change: (inout Counters) -> Void) {
        var taken = exchange(&sums, with: .none)
        change(&taken)
        sums = taken
    }

    /// A preview begins: it may be long before there is more to tell.
    func viewingBegan(_ record: ExchangeRecord, _ tally: ExchangeTally, _ names: LogNames) {
        count { $0[.liveViewersEver] &+= 1 }
        write(.begin, record, tally, names)
    }

    /// An exchange is over: the last that is heard of it.
    func close(_ record: ExchangeRecord, _ tally: ExchangeTally, _ names: LogNames) {
        let now = loop.now
        count { $0.count(record, tally, at: now) }
        write(record.isViewing ? .end : .request, record, tally, names)
    }

    private func write(_ event: AccessEvent, _ record: ExchangeRecord, _ tally: ExchangeTally, _ names: LogNames) {
        guard log.isOn else { return }
        let line = AccessLine(event, record, tally, at: loop.now, unixMilliseconds: loop.unixMilliseconds)
        guard line.level >= log.settings.level else { return }
        if batch.isEmpty {
            if batch.capacity == 0 { batch = log.takeBuffer() }
            setDeadline(loop.now.advanced(by: delay))
        }
        // Taken out meanwhile, as in `count`.
        var (time, filling) = (clock, exchange(&batch, with: []))
        line.append(log.settings.format, &time, names, to: &filling)
        let size = filling.count
        (clock, batch) = (time, filling)
        lines += 1
        if size >= AccessLog.batchSize { handOver() }
    }

    override func turnEnded(after nanoseconds: Int64) {
        count { $0.countTurn(nanoseconds) }
    }

    override func deadlinePassed() {
        handOver()
    }

    private func handOver() {
        guard lines > 0 else { return }
        var full: [UInt8] = []
        swap(&full, &batch)
        log.submit(full, lines: lines)
        lines = 0
        setDeadline(.never)
    }

    /// The worker ends: what is left goes on its way.
    func shutDown() {
        handOver()
        loop.turnObserver = nil
        closeDescriptor()
    }
}
