internal import Glibc

/// The folder where plugin files lie.
struct PluginFolder {
    let path: String

    /// Whether the plugin's file is there.
    func contains(_ name: String) -> Bool {
        var status = stat()
        return stat("\(path)/\(name).py", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The names of all plugins that lie there, for saying which one was meant.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name.hasSuffix(".py"), !name.hasPrefix("_"), !name.hasPrefix(".") {
                names.append(String(name.dropLast(3)))
            }
        }
        return names.sorted()
    }
}
