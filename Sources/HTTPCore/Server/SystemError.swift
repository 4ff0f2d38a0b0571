import Glibc

/// A system call that failed where nothing but the operator can help.
package struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The call's name.
    package let call: String
    /// Its errno, above 0.
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
