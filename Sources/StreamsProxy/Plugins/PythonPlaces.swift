internal import Glibc

/// Where the interpreter and the package `luna_plugins` are looked for when the settings say nothing.
enum PythonPlaces {
    /// The system's, which has what the system's packages install; else the first `python3` in PATH.
    static func interpreter() -> String? {
        let system = "/usr/bin/python3"
        return access(system, X_OK) == 0 ? system : inPath("python3")
    }

    /// The program of that name.
    static func inPath(_ name: String) -> String? {
        guard let path = getenv("PATH") else { return nil }
        return String(cString: path).split(separator: ":").map { "\($0)/\(name)" }
            .first { $0.utf8.first == UInt8(ascii: "/") && access($0, X_OK) == 0 }
    }

    /// As installed, or in the source tree in whose build folder this program lies; nil where it is in neither.
    static func package() -> String? {
        guard let program = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(program) }
        var folders = String(cString: program).split(separator: "/")
        guard folders.popLast() != nil else { return nil }
        var places = ["/\(folders.dropLast().joined(separator: "/"))/lib/streams-proxy/python"]
        // `.build/<platform>/<configuration>`, and a test bundle lies no deeper.
        for _ in 0..<4 where !folders.isEmpty {
            folders.removeLast()
            places.append("/\(folders.joined(separator: "/"))/Python")
        }
        return places.first { access("\($0)/luna_plugins/host/__main__.py", R_OK) == 0 }
    }
}
