import Auth
import CLinux
import Glibc

/// What the kernel says of this process, as Prometheus' own libraries tell it.
package struct ProcessFigures: Sendable {
    /// User and system time, in seconds.
    package private(set) var processorSeconds = 0.0
    package private(set) var residentBytes = 0
    package private(set) var virtualBytes = 0
    package private(set) var openDescriptors = 0
    package private(set) var maximumDescriptors = 0

    /// Read now; what can't be read is 0.
    package init() {
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            processorSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            maximumDescriptors = Int(clamping: limit.rlim_cur)
        }
        let pages = Self.text("/proc/self/statm").split(separator: " ").prefix(2).compactMap { Int($0) }
        if pages.count == 2 {
            let size = Int(sysconf(Int32(_SC_PAGESIZE)))
            virtualBytes = pages[0] * size
            residentBytes = pages[1] * size
        }
        if let folder = opendir("/proc/self/fd") {
            // `.`, `..`, and the one that reads this.
            openDescriptors = -3
            while readdir(folder) != nil { openDescriptors += 1 }
            closedir(folder)
        }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func text(_ path: String) -> String {
        let descriptor = DescriptorReserve.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { DescriptorReserve.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
