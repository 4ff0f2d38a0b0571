import Glibc

/// What the operator is told: whole lines on standard error.
package enum StandardError {
    package static func write(_ text: String) {
        StandardOutput.write(text, to: STDERR_FILENO)
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
