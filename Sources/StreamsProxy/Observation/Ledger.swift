import HTTPCore

/// What one worker knows of its exchanges: counters, and log lines on their way to the log. It costs a request some
/// additions and one line written into memory that is there already; lines leave in batches, when there are enough of
/// them or a moment has passed.
final class Ledger: EventSource {
    private var sums = Counters()
    private var log: AccessLog
    /// What each line asks of the log, plain: asking the log itself would count references for each.
    private var isOn: Bool
    private var level: LogLevel
    private var format: LogFormat
    private var clock: LogClock
    private var batch: [UInt8] = []
    private var lines = 0
    /// A line is seen at most that long after it was written.
    private let delay = Interval(.milliseconds(200))

    init(loop: EventLoop, log: AccessLog) {
        self.log = log
        isOn = log.isOn
        level = log.settings.level
        format = log.settings.format
        clock = LogClock(isLocal: log.settings.isTimeLocal)
        super.init(descriptor: -1, loop: loop)
        open([])
        loop.turnObserver = self
    }

    /// From now on lines go there.
    func follow(_ log: AccessLog) {
        handOver()
        self.log = log
        isOn = log.isOn
        level = log.settings.level
        format = log.settings.format
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
    func viewingBegan(_ line: AccessLine, _ names: LogNames) {
        count { $0[.liveViewersEver] &+= 1 }
        write(line, names)
    }

    /// An exchange is over: the last that is heard of it.
    func close(_ line: AccessLine, _ names: LogNames) {
        count { $0.count(line.record, line.tally, at: line.now) }
        write(line, names)
    }

    private func write(_ line: AccessLine, _ names: LogNames) {
        guard isOn, line.level >= level else { return }
        if batch.isEmpty {
            if batch.capacity == 0 { batch = log.takeBuffer() }
            setDeadline(line.now.advanced(by: delay))
        }
        // Taken out meanwhile, as in `count`.
        var (time, filling) = (clock, exchange(&batch, with: []))
        line.append(format, &time, names, to: &filling)
        let size = filling.count
        clock = time
        batch = consume filling
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
