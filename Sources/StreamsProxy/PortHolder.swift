import Auth
import Glibc

/// The process that listens on a TCP port of this machine, as far as this user may know it.
struct PortHolder {
    let process: Int32
    /// Of its program, as the kernel has it.
    let name: String

    static var ownName: String { name(of: getpid()) ?? "" }

    init?(port: Int) {
        let sockets = Set(["tcp", "tcp6"].flatMap { Self.listening(on: port, text("/proc/net/\($0)")) })
        guard !sockets.isEmpty else { return nil }
        for process in FolderNames.of("/proc").compactMap({ Int32($0) }) {
            let folder = "/proc/\(process)/fd"
            let holds = FolderNames.of(folder).contains { name in
                link("\(folder)/\(name)").map(sockets.contains) ?? false
            }
            if holds, let name = Self.name(of: process) {
                self.process = process
                self.name = name
                return
            }
        }
        return nil
    }

    private static func name(of process: Int32) -> String? {
        text("/proc/\(process)/comm").split(separator: "\n").first.map(String.init)
    }

    /// What the descriptors of such sockets lead to: `socket:[4711]`. Of a line of the kernel's table the second word is the
    /// local address, in hexadecimal, the fourth the state, where 0A listens, and the tenth the inode.
    static func listening(on port: Int, _ table: String) -> [String] {
        table.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 9, words[3] == "0A", let local = words[1].split(separator: ":").last,
                Int(local, radix: 16) == port
            else { return nil }
            return "socket:[\(words[9])]"
        }
    }
}

/// The text of a file of the kernel's, empty where it can't be read.
private func text(_ path: String) -> String {
    let descriptor = DescriptorReserve.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { DescriptorReserve.close(descriptor) }
    do throws(BoundedRead.Fault) {
        return String(decoding: try BoundedRead.all(of: descriptor, limit: 16 << 20), as: UTF8.self)
    } catch {
        return ""
    }
}

/// What the link leads to.
private func link(_ path: String) -> String? {
    var target = [UInt8](repeating: 0, count: 64)
    let count = target.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
    }
    return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
}
