import HTTPCore

/// A worker's monitoring points on their way to the plugin host: gathered, and handed over when they are many or a
/// quarter of a second old.
final class PointRecorder: EventSource {
    /// Whether there is somebody for them; if not, nothing is recorded.
    private(set) var isWanted = false

    private static let batchSize = 256
    private static let longestDelay = Interval(.milliseconds(250))

    private let host: PluginHost
    private var names: PointNames
    private var records: [PointRecord] = []

    init(loop: EventLoop, host: PluginHost, names: PointNames) {
        self.host = host
        self.names = names
        super.init(descriptor: -1, loop: loop)
        open([])
    }

    func setWanted(_ isWanted: Bool) {
        self.isWanted = isWanted
        if !isWanted { handOver() }
    }

    /// The settings have changed: what was recorded before goes by the old names.
    func rename(_ names: PointNames) {
        guard names != self.names else { return }
        handOver()
        self.names = names
    }

    func record(_ record: PointRecord) {
        if records.isEmpty {
            if records.capacity == 0 { records.reserveCapacity(Self.batchSize) }
            setDeadline(loop.now.advanced(by: Self.longestDelay))
        }
        records.append(record)
        if records.count == Self.batchSize { handOver() }
    }

    override func deadlinePassed() {
        handOver()
    }

    func handOver() {
        setDeadline(.never)
        guard !records.isEmpty else { return }
        // The memory goes with them: one allocation for a batch.
        host.take(PointBatch(records: records, names: names))
        records = []
    }
}
