import Glibc
import HTTPCore

/// A TCP socket of the other side, which never waits.
final class Socket {
    let number: Int32
    private(set) var isOpen = true

    init(_ number: Int32) {
        self.number = number
        _ = fcntl(number, F_SETFL, O_NONBLOCK)
        var one: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// A connection to that port of this machine; `receiveBuffer` bounds what it takes unread.
    static func connected(to port: Int, receiveBuffer: Int32?) -> Socket? {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { return nil }
        if var size = receiveBuffer {
            setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            // SAFETY: an address of the type that its family names.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(number)
            return nil
        }
        return Socket(number)
    }

    /// How many of `bytes` were taken; nil where the connection is of no more use.
    func send(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard isOpen else { return nil }
        let part = Array(bytes)
        switch SystemCall.send(number, part.span) {
        case .bytes(let count): return count
        case .wouldBlock: return 0
        case .end, .failed: return nil
        }
    }

    /// Appends what has come, at most `limit` bytes. False at the end of it, in order or not.
    func receive(into bytes: inout [UInt8], atMost limit: Int) -> Bool {
        guard isOpen else { return false }
        var buffer = [UInt8](repeating: 0, count: limit)
        switch SystemCall.receive(number, into: &buffer, limit: limit) {
        case .bytes(let count): bytes += buffer[..<count]
        case .wouldBlock: break
        case .end, .failed: return false
        }
        return true
    }

    func finish() {
        if isOpen { shutdown(number, Int32(SHUT_WR)) }
    }

    func close(resetting: Bool = false) {
        guard isOpen else { return }
        isOpen = false
        if resetting {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
        Glibc.close(number)
    }

    deinit {
        close(resetting: true)
    }
}
