import CLinux
import Glibc

/// How many processors this process may keep busy: those that it may run on, and no more than its container is given time
/// of. A worker beyond that would only wait for the others.
package enum ProcessorShare {
    package static var count: Int {
        let allowed = Int(linux_allowed_processors())
        return count(processors: allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// `root` is where the system's files are looked for.
    package static func count(processors: Int, root: String = "") -> Int {
        max(1, min(processors, quota(root) ?? processors))
    }

    /// The least `cpu.max` of the process's control group (version 2) and those around it, in processors, rounded up.
    private static func quota(_ root: String) -> Int? {
        let memberships = text("\(root)/proc/self/cgroup").split(separator: "\n")
        guard let own = memberships.first(where: { $0.hasPrefix("0::/") }) else { return nil }
        var least: Int?
        var group = own.dropFirst(3)
        while true {
            if let processors = processors(text("\(root)/sys/fs/cgroup\(group)/cpu.max")) {
                least = min(least ?? processors, processors)
            }
            guard let slash = group.lastIndex(of: "/") else { return least }
            group = group[..<slash]
        }
    }

    /// `QUOTA PERIOD` in microseconds; `max` is no limit.
    private static func processors(_ limit: String) -> Int? {
        let words = limit.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0 else {
            return nil
        }
        return (quota - 1) / period + 1
    }

    /// The beginning of a small file; nothing where it can't be read.
    private static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
