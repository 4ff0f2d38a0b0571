/// What runs the Python plugins: which ones, where they lie, and by which interpreter. There is none of it where no
/// Python plugin is active.
package struct PluginHostSettings: Sendable, Equatable {
    /// At least one, in the order of `LUNA_API_ACTIVE_PLUGINS`.
    package var plugins: [PythonPlugin]
    /// Where `<name>.py` of each lies. An absolute path, as the two below.
    package var folder: String
    package var interpreter: String
    /// The folder in which the package `luna_plugins` lies.
    package var package: String
    /// How long a plugin may take for a request; the answer's content included.
    package var requestTimeout: Duration = .seconds(60)
    /// Bytes of memory that the host may take; one that takes more is ended.
    package var memoryLimit = 1 << 30

    package init(plugins: [PythonPlugin], folder: String, interpreter: String, package: String) {
        self.plugins = plugins
        self.folder = folder
        self.interpreter = interpreter
        self.package = package
    }

    /// The file of the plugin of that name.
    package func path(of name: String) -> String { "\(folder)/\(name).py" }
}

package struct PythonPlugin: Sendable, Equatable {
    /// The file's name without `.py`.
    package let name: String
    /// `LUNA_API_PLUGINS_SETTINGS.<name>` as JSON text; nil where there is none.
    package let settings: [UInt8]?
    package let access: PluginAccess

    package init(name: String, settings: [UInt8]? = nil, access: PluginAccess = .credentials) {
        self.name = name
        self.settings = settings
        self.access = access
    }
}

/// Who reaches a plugin's routes.
package enum PluginAccess: Sendable, Equatable {
    /// Whoever shows valid credentials, of any kind.
    case credentials
    /// Everybody; credentials are not looked at.
    case open
    /// Whoever shows valid credentials; a token must hold the method's verb under this key of its permissions.
    case permission(String)

    /// As in the settings: `credentials`, `open`, `permission:<key>`.
    init?(text: String) {
        switch text {
        case "credentials": self = .credentials
        case "open": self = .open
        default:
            let prefix = "permission:"
            let key = text.utf8.dropFirst(prefix.utf8.count)
            guard text.utf8.starts(with: prefix.utf8), !key.isEmpty, key.count <= 64,
                key.allSatisfy(PlainPath.isUnreserved)
            else { return nil }
            self = .permission(String(decoding: key, as: UTF8.self))
        }
    }

    var text: String {
        switch self {
        case .credentials: "credentials"
        case .open: "open"
        case .permission(let key): "permission:\(key)"
        }
    }
}
