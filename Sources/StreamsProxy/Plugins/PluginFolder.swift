internal import Auth
internal import Glibc

/// The folder where plugin files lie.
struct PluginFolder {
    let path: String

    /// Whether the plugin's file is there; nil where the system does not say.
    func contains(_ name: String) -> Bool? {
        var status = stat()
        guard stat("\(path)/\(name).py", &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? false : nil
        }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// The names of all plugins that lie there, for saying which one was meant; nil where the system does not say.
    var names: [String]? {
        FolderNames.read(path)?
            .filter { $0.hasSuffix(".py") && !$0.hasPrefix("_") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(3)) }
            .sorted()
    }
}
