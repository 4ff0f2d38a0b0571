import Glibc

/// A file descriptor that is closed when its owner goes.
package struct Descriptor: ~Copyable {
    package let number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    /// Gives the descriptor away: whoever takes it closes it.
    package consuming func release() -> Int32 {
        let kept = number
        discard self
        return kept
    }

    deinit {
        close(number)
    }
}
