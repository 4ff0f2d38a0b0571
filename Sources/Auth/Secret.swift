internal import COpenSSL
internal import Synchronization

/// Something that must never be seen: it has no description to print, and nothing in it for a mirror to show.
package protocol Concealed: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Concealed {
    package var description: String { "(concealed)" }
    package var debugDescription: String { "(concealed)" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// A password: bytes that are wiped when the last owner lets go. It is a class so that there is one copy of them.
package final class Secret: Sendable, Concealed {
    // The lock is never contended; it is what lets a Sendable object wipe its own array.
    private let bytes: Mutex<[UInt8]>

    package init(_ bytes: [UInt8]) {
        self.bytes = Mutex(bytes)
    }

    deinit {
        bytes.withLock { $0.wipe() }
    }

    package var count: Int { bytes.withLock { $0.count } }

    /// Lends the bytes for the time of the call.
    func withBytes<Result: Sendable>(_ body: (Span<UInt8>) -> Result) -> Result {
        bytes.withLock { body($0.span) }
    }
}

extension [UInt8] {
    /// Overwrites the bytes where they are (if this array is their only owner), in a way no optimiser removes.
    mutating func wipe() {
        withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    /// That many bytes of the system's random generator.
    init(randomCount: Int) {
        var generator = SystemRandomNumberGenerator()
        self = (0..<randomCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
