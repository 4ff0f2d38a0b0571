import Glibc
import HTTPCore
import Testing

/// How many processors a container leaves a process.
struct ProcessorShareTests {
    /// Files as a system has them, in a folder of the test's own.
    private final class System {
        let root: String
        private var made: [String] = []

        init(_ files: [String: String]) throws {
            var template = Array("/tmp/processor-share-XXXXXX".utf8CString)
            root = try #require(mkdtemp(&template).map { String(cString: $0) })
            for (path, text) in files {
                var folder = root
                for segment in path.split(separator: "/").dropLast() {
                    folder += "/\(segment)"
                    if mkdir(folder, 0o700) == 0 { made.append(folder) }
                }
                let descriptor = open("\(root)/\(path)", O_CREAT | O_WRONLY, 0o600)
                let bytes = Array(text.utf8)
                #expect(write(descriptor, bytes, bytes.count) == bytes.count)
                close(descriptor)
                made.append("\(root)/\(path)")
            }
        }

        deinit {
            for path in made.reversed() where unlink(path) != 0 { rmdir(path) }
            for path in made.reversed() { rmdir(path) }
            rmdir(root)
        }
    }

    private static let systems: [(group: String, limits: [String: String], count: Int)] = [
        ("0::/\n", [:], 8),
        ("0::/\n", ["": "max 100000\n"], 8),
        ("0::/\n", ["": "200000 100000\n"], 2),
        ("0::/\n", ["": "150000 100000\n"], 2),
        ("0::/\n", ["": "1000 100000\n"], 1),
        ("0::/\n", ["": "1600000 100000\n"], 8),
        ("0::/\n", ["": "nonsense"], 8),
        ("0::/\n", ["": "0 100000\n"], 8),
        ("0::/system.slice/proxy.service\n", ["/system.slice/proxy.service": "300000 100000\n"], 3),
        (
            "0::/pods/one/proxy\n",
            ["/pods": "400000 100000\n", "/pods/one": "100000 50000\n", "/pods/one/proxy": "max 100000\n"],
            2
        ),
        ("12:cpu,cpuacct:/docker/x\n1:name=systemd:/\n", ["": "100000 100000\n"], 8),
        ("1:name=systemd:/\n0::/a\n", ["/a": "100000 100000\n"], 1),
        ("", ["": "100000 100000\n"], 8),
    ]

    @Test func `No more than the least quota around the process`() throws {
        for (group, limits, count) in Self.systems {
            var files = ["proc/self/cgroup": group]
            for (path, limit) in limits { files["sys/fs/cgroup\(path)/cpu.max"] = limit }
            let system = try System(files)
            #expect(ProcessorShare.count(processors: 8, root: system.root) == count, "\(group) \(limits)")
            #expect(ProcessorShare.count(processors: 1, root: system.root) == 1)
        }
    }

    @Test func `There is always one, and never more than the machine has`() {
        #expect(ProcessorShare.count(processors: 0, root: "/nonexistent") == 1)
        #expect((1...max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))).contains(ProcessorShare.count))
    }
}
