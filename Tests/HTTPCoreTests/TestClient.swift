import Glibc
import Testing

/// A client on a blocking socket. A read that takes five seconds counts as never: nothing here waits by the clock.
final class TestClient {
    enum End: Equatable {
        /// The peer has closed its side in order.
        case closed
        /// The connection was cut.
        case reset
        /// Neither bytes nor an end came.
        case silence
    }

    private let descriptor: Int32

    /// Connects to a port of this machine. A small `receiveBuffer` makes a reader that holds its server up.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if let receiveBuffer { setOption(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        // A `timeval`. Which module that type belongs to depends on what is compiled beside this file (Swift 6.3).
        var time: (seconds: Int, microseconds: Int) = (20, 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout.size(ofValue: time)))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout.size(ofValue: time)))
        setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
    }

    private func setOption(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends all of it; false where the server does not take it any more.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// No more is sent.
    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Closes with a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        let null = open("/dev/null", O_RDONLY)
        dup2(null, descriptor)
        close(null)
    }

    private func receive(_ maximum: Int) -> (bytes: [UInt8], end: End?) {
        var buffer = [UInt8](repeating: 0, count: maximum)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 { return (Array(buffer[..<count]), nil) }
        return ([], count == 0 ? .closed : errno == EAGAIN ? .silence : .reset)
    }

    /// So many bytes, or fewer where the connection ends or falls silent.
    func read(_ count: Int) -> String {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let (more, end) = receive(count - bytes.count)
            bytes += more
            if end != nil { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads and drops so many bytes.
    func skip(_ count: Int) -> Int {
        var skipped = 0
        while skipped < count {
            let (more, end) = receive(min(65536, count - skipped))
            skipped += more.count
            if end != nil { break }
        }
        return skipped
    }

    /// All that comes until the end, and which end it is.
    func readToEnd() -> (text: String, end: End) {
        var bytes: [UInt8] = []
        while true {
            let (more, end) = receive(65536)
            bytes += more
            if let end { return (String(decoding: bytes, as: UTF8.self), end) }
        }
    }
}
