internal import Auth

/// Batches that wait for the host, bounded; what finds no room is lost, and counted.
package struct PointQueue {
    private var batches = WaitingLine<PointBatch>()
    private var count = 0
    /// How many points have been lost so far.
    package private(set) var lost = 0
    private let capacity: Int

    package init(capacity: Int = 16384) {
        self.capacity = capacity
    }

    package var isEmpty: Bool { batches.isEmpty }

    package mutating func append(_ batch: PointBatch) {
        guard count + batch.records.count <= capacity else {
            lose(batch.records.count)
            return
        }
        batches.append(batch)
        count += batch.records.count
    }

    package mutating func takeFirst() -> PointBatch? {
        guard !batches.isEmpty else { return nil }
        let first = batches.removeFirst()
        count -= first.records.count
        return first
    }

    package mutating func lose(_ count: Int) {
        lost += count
    }

    /// Nobody wants them any more.
    package mutating func removeAll() {
        lose(count)
        batches = WaitingLine()
        count = 0
    }
}
