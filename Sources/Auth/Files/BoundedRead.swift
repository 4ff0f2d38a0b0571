internal import Glibc

/// Reads a descriptor to its end, and not beyond a bound: a wrong path (a log, a device) must not fill the memory.
package enum BoundedRead {
    package enum Fault: Error {
        case tooLong
        case failed(SystemCallFailure)
    }

    /// What the system, or a process of ours, keeps in a small file, of at most 64 KiB; nil where it can't be read whole.
    package static func small(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        do throws(Fault) {
            return try all(of: descriptor, limit: 65536)
        } catch {
            return nil
        }
    }

    /// `limit` is in bytes, and so is `expected`, where the caller knows how many there are likely to be.
    package static func all(of descriptor: Int32, limit: Int, expected: Int = 0) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(expected, limit))
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .failed(SystemCallFailure(code: errno))
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw .tooLong }
        }
    }
}
