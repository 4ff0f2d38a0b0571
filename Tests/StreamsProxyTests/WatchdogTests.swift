import HTTPCore
import StreamsProxy
import Synchronization
import Testing

/// The watchdog is fed by the answers of all workers, and by nothing else.
struct WatchdogTests {
    private final class Workers: Sendable {
        let asked = Mutex<[@Sendable () -> Void]>([])
        let told = Atomic<Int>(0)
    }

    @Test func `The manager hears of it once the workers have answered`() {
        let workers = Workers()
        let watchdog = Watchdog(limit: 3_000_000) { answered in
            workers.asked.withLock { $0.append(answered) }
        } tell: {
            workers.told.add(1, ordering: .relaxed)
        }
        // What is still to be answered knows the watchdog.
        defer { workers.asked.withLock { $0 = [] } }
        #expect(watchdog.interval.nanoseconds == 1_500_000_000)
        watchdog.ask()
        watchdog.ask()
        // One of them hangs: nobody is told, nobody is asked again.
        #expect(workers.asked.withLock { $0.count } == 1)
        #expect(workers.told.load(ordering: .relaxed) == 0)
        workers.asked.withLock { $0.removeFirst() }()
        #expect(workers.told.load(ordering: .relaxed) == 1)
        watchdog.ask()
        #expect(workers.asked.withLock { $0.count } == 1)
        #expect(workers.told.load(ordering: .relaxed) == 1)
    }
}
