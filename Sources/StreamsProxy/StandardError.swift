import Dispatch
import Glibc
import Synchronization

/// What the operator is told: whole lines on standard error.
package enum StandardError {
    package static func write(_ text: String) {
        StandardOutput.write(text, to: STDERR_FILENO)
    }
}

/// Lines for the operator from a worker: written elsewhere, since a pipe that nobody empties would stop the loop. Beyond
/// a bound they are dropped.
enum OperatorNotes {
    private static let queue = DispatchQueue(label: "operator-notes")
    private static let backlog = Atomic<Int>(0)

    static func write(_ line: String) {
        guard backlog.add(1, ordering: .relaxed).newValue <= 1000 else {
            backlog.subtract(1, ordering: .relaxed)
            return
        }
        queue.async {
            StandardError.write(line)
            backlog.subtract(1, ordering: .relaxed)
        }
    }
}

/// What a command answers, and the line that tells where the proxy listens.
package enum StandardOutput {
    package static func write(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// A pipe that nobody reads any more is no reason to stop serving.
    fileprivate static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
