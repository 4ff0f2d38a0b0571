internal import Glibc
internal import Synchronization

/// Descriptors that are kept for files: where clients have taken all others, what revokes a right can still be read.
///
/// They are held open on nothing and given up only where `open` finds no other. In the moment between, another thread may
/// take the place; then the next is given up. What is closed takes the place of one that is missing, in a single step.
package enum DescriptorReserve {
    private struct Held {
        /// Never given up: what the others are copies of.
        var pattern: Int32 = -1
        var spare: [Int32] = []
    }

    private static let held = Mutex(Held())
    /// A change of the accounts file holds two at a time, its lock and what it writes.
    private static let size = 2

    /// To be called once the process begins to serve.
    package static func fill() {
        held.withLock { held in
            if held.pattern < 0 { held.pattern = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }
            refill(&held)
        }
    }

    /// After something else than `close` has closed what `open` gave.
    package static func refill() {
        held.withLock { refill(&$0) }
    }

    private static func refill(_ held: inout Held) {
        while held.pattern >= 0, held.spare.count < size {
            let copy = fcntl(held.pattern, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { return }
            held.spare.append(copy)
        }
    }

    /// The descriptor, or what `errno` says, negative.
    package static func open(_ path: String, _ flags: Int32, _ mode: UInt32 = 0) -> Int32 {
        let first = attempt(path, flags, mode)
        guard isOutOfDescriptors(first) else { return first }
        return held.withLock { held in
            while let spare = held.spare.popLast() {
                Glibc.close(spare)
                let next = attempt(path, flags, mode)
                if !isOutOfDescriptors(next) { return next }
            }
            return first
        }
    }

    private static func attempt(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32 {
        let descriptor = Glibc.open(path, flags, mode)
        return descriptor < 0 ? -errno : descriptor
    }

    private static func isOutOfDescriptors(_ result: Int32) -> Bool { result == -EMFILE || result == -ENFILE }

    /// Closes what `open` gave.
    package static func close(_ descriptor: Int32) {
        held.withLock { held in
            if held.pattern >= 0, held.spare.count < size, dup2(held.pattern, descriptor) == descriptor {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                held.spare.append(descriptor)
            } else {
                Glibc.close(descriptor)
            }
        }
    }
}
