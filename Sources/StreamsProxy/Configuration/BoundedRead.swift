internal import Glibc

/// Reads a descriptor to its end, and not beyond a bound: a wrong path (a log, a device) must not fill the memory.
enum BoundedRead {
    enum Fault: Error {
        case tooLong
        /// The errno.
        case failed(Int32)
    }

    /// `limit` is in bytes.
    static func all(of descriptor: Int32, limit: Int) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                let result = read(descriptor, buffer.baseAddress, buffer.count)
                if result < 0 { code = errno }
                count = max(0, result)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw .failed(code) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw .tooLong }
        }
    }
}
