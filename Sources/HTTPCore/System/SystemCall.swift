import CLinux
import Glibc

/// What came of trying to move bytes.
package enum IOResult: Sendable {
    case bytes(Int)
    /// The peer has closed its side: reading only.
    case end
    case wouldBlock
    /// The errno: the connection is of no more use.
    case failed(Int32)
}

/// The calls of the data path, each in one place, with EINTR retried.
package enum SystemCall {
    /// Reads into `buffer`, at most `limit` bytes of it.
    package static func receive(_ descriptor: Int32, into buffer: inout [UInt8], limit: Int) -> IOResult {
        buffer.withUnsafeMutableBytes { bytes in
            // SAFETY: limited to the array's own bytes, which the closure's buffer spans.
            let count = min(limit, bytes.count)
            while true {
                let result = linux_receive(descriptor, bytes.baseAddress, count)
                if result > 0 { return .bytes(result) }
                if result == 0 { return .end }
                if result == -Int(EAGAIN) { return .wouldBlock }
                if result != -Int(EINTR) { return .failed(Int32(-result)) }
            }
        }
    }

    /// Copies what has come and leaves it where it is; 0 at the peer's end, below that where nothing can be had.
    static func peek(_ descriptor: Int32, into buffer: inout [UInt8], limit: Int) -> Int {
        buffer.withUnsafeMutableBytes { bytes in
            // SAFETY: limited to the array's own bytes, which the closure's buffer spans.
            recv(descriptor, bytes.baseAddress, min(limit, bytes.count), Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        }
    }

    /// Whether bytes have come that were not read yet.
    static func hasBytes(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Sends what it can of `bytes`.
    package static func send(_ descriptor: Int32, _ bytes: Span<UInt8>) -> IOResult {
        bytes.withUnsafeBufferPointer { bytes in
            while true {
                let result = linux_send(descriptor, bytes.baseAddress, bytes.count)
                if result >= 0 { return .bytes(result) }
                if result == -Int(EAGAIN) { return .wouldBlock }
                if result != -Int(EINTR) { return .failed(Int32(-result)) }
            }
        }
    }

    /// Sends what it can of `first`, `second` and `third`, in one call; where only one of them has bytes, in the
    /// cheaper one that gathers nothing.
    package static func send(
        _ descriptor: Int32, _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>
    ) -> IOResult {
        if third.isEmpty {
            if second.isEmpty { return send(descriptor, first) }
            if first.isEmpty { return send(descriptor, second) }
        }
        return sendParts(descriptor, first, second, third)
    }

    private static func sendParts(
        _ descriptor: Int32, _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>
    ) -> IOResult {
        first.withUnsafeBufferPointer { one in
            second.withUnsafeBufferPointer { two in
                third.withUnsafeBufferPointer { three in
                    while true {
                        let result = linux_send_parts(
                            descriptor, one.baseAddress, one.count, two.baseAddress, two.count,
                            three.baseAddress, three.count)
                        if result >= 0 { return .bytes(result) }
                        if result == -Int(EAGAIN) { return .wouldBlock }
                        if result != -Int(EINTR) { return .failed(Int32(-result)) }
                    }
                }
            }
        }
    }
}
