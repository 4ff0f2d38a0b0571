import Glibc
import Testing

/// A blocking socket to the demo: bytes out, bytes in, and nothing understood but what a test asks for.
final class RawClient {
    /// Kept so that it runs for as long as it has a client.
    private let demo: RunningDemo
    private let descriptor: Int32
    /// What has come and was not taken yet.
    private(set) var received: [UInt8] = []

    /// - Parameter window: bytes that the kernel keeps for this client, where a test needs few.
    init(_ demo: RunningDemo, window: Int32? = nil) throws {
        self.demo = demo
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var window { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = demo.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Sends a request with the fields that every one needs; `content` is JSON.
    func request(_ method: String, _ target: String, _ content: String = "") {
        let length =
            content.isEmpty ? "" : "Content-Type: application/json\r\nContent-Length: \(content.utf8.count)\r\n"
        send("\(method) \(target) HTTP/1.1\r\nHost: demo\r\n\(length)\r\n\(content)")
    }

    /// Reads more; false at the end or after ten seconds of silence.
    private func more() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count > 0 { received += bytes[..<count] }
        return count > 0
    }

    /// Takes everything up to and with `mark`.
    func take(through mark: String) throws -> [UInt8] {
        let wanted = Array(mark.utf8)
        var searched = 0
        while true {
            if let end = received[searched...].firstRange(of: wanted)?.upperBound {
                let taken = received[..<end]
                received.removeSubrange(..<end)
                return Array(taken)
            }
            searched = max(0, received.count - wanted.count)
            try #require(more(), "the connection ended before '\(mark)'")
        }
    }

    func take(_ count: Int) throws -> [UInt8] {
        while received.count < count { try #require(more(), "the connection ended too early") }
        let taken = Array(received[..<count])
        received.removeSubrange(..<count)
        return taken
    }

    /// Takes what comes until the other side closes.
    func takeAll() -> [UInt8] {
        while more() {}
        defer { received = [] }
        return received
    }

    /// Takes a head and, unless it answers HEAD, the content that its Content-Length announces.
    func takeAnswer(toHead isHead: Bool = false) throws -> (status: Int, head: String, content: String) {
        let head = String(decoding: try take(through: "\r\n\r\n"), as: UTF8.self)
        let status = try #require(Int(head.dropFirst(9).prefix(3)))
        let length = Self.contentLength(head) ?? 0
        return (status, head, String(decoding: try take(isHead ? 0 : length), as: UTF8.self))
    }

    /// Takes one part of a live preview, whatever the transfer coding around it: the picture.
    func takePicture() throws -> [UInt8] {
        let head = String(decoding: try take(through: "\r\n\r\n"), as: UTF8.self)
        let picture = try take(try #require(Self.contentLength(head)))
        _ = try take(through: "\r\n--demo-luna-streams-picture\r\n")
        return picture
    }

    private static func contentLength(_ head: String) -> Int? {
        for line in head.split(separator: "\r\n") where line.hasPrefix("Content-Length: ") {
            return Int(line.dropFirst(16))
        }
        return nil
    }
}
