import Glibc

/// A system call that failed where nothing but the operator can help.
package struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The call's name.
    package let call: String
    /// Its errno, above 0.
    package let code: Int32

    /// What the system says of it.
    private let reason: String

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
        reason = String(cString: strerror(code))
    }

    /// Of the calls that have words of their own instead of an errno.
    package init(call: String, reason: String) {
        self.call = call
        self.reason = reason
        code = EINVAL
    }

    package var description: String { "\(call): \(reason)" }
}
