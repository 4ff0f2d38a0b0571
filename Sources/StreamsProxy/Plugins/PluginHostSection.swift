internal import Auth
internal import Glibc
internal import JSON

/// `LUNA_API_PLUGIN_HOST`: what runs the Python plugins, beside what each of them is given.
struct PluginHostSection {
    static let name = "LUNA_API_PLUGIN_HOST"
    /// A message to the host has at most twice as much.
    private static let settingsLimit = 1 << 19

    private var folder: (path: String, offset: Int?)
    private var interpreter: (path: String?, offset: Int?)
    private var package: (path: String?, offset: Int?)
    private var requestTimeout: Duration?
    private var memoryLimit: Int?
    private var access: [String: PluginAccess] = [:]

    /// The folder is looked into for the names of plugins, active or not.
    var pluginFolder: PluginFolder { PluginFolder(path: folder.path) }

    init(
        in settings: inout SettingsSection, _ active: ActivePlugins, file: String, _ problems: inout SettingsProblems
    ) throws(SettingsFileError) {
        folder = (try SettingsFile.resolve("luna_api/plugins", besides: file), nil)
        interpreter = (PythonPlaces.interpreter(), nil)
        package = (PythonPlaces.package(), nil)
        guard var section = settings.section(Self.name, &problems) else { return }
        if let path = section.value("folder", .path, &problems) {
            folder = (try SettingsFile.resolve(path, besides: file), section.node("folder")?.offset)
        }
        if let path = section.value("python", .path, &problems) {
            let found =
                path.utf8.contains(UInt8(ascii: "/"))
                ? try SettingsFile.resolve(path, besides: file) : PythonPlaces.inPath(path)
            interpreter = (found, section.node("python")?.offset)
        }
        if let path = section.value("package", .path, &problems) {
            package = (try SettingsFile.resolve(path, besides: file), section.node("package")?.offset)
        }
        requestTimeout = section.value("request_timeout", .seconds, &problems)
        memoryLimit = section.value("memory_limit", .memoryLimit, &problems)
        if var names = section.section("access", &problems) {
            for entry in active.python { access[entry.name] = names.value(entry.name, .access, &problems) }
            names.refuseUnknownNames(&problems) { name in
                NearestName.of(name, among: active.python.map(\.name)) == nil
                    ? "\(Displayed.text(name)) is not in LUNA_API_ACTIVE_PLUGINS" : nil
            }
        }
        section.refuseUnknownNames(&problems)
    }

    /// Nil where no Python plugin is active, or a problem is told. `given` is what stands for each plugin in
    /// `LUNA_API_PLUGINS_SETTINGS`; `mount` that of Luna-Streams, nil where it has none.
    func hostSettings(
        _ active: ActivePlugins, given: [String: JSONNode], mount: String?, asking python: PythonQuestion,
        _ problems: inout SettingsProblems
    ) -> PluginHostSettings? {
        guard let first = active.python.first else { return nil }
        let names = names(&problems)
        for entry in active.python { check(entry, mount: mount, among: names, &problems) }
        let plugins = active.python.map { entry in
            var writer = JSONWriter()
            if let node = given[entry.name] { writer.value(node) }
            return PythonPlugin(
                name: entry.name, settings: given[entry.name] == nil ? nil : writer.bytes,
                access: access[entry.name] ?? .credentials)
        }
        if plugins.reduce(0, { $0 + ($1.settings?.count ?? 0) }) > Self.settingsLimit {
            problems.add(
                at: first.offset, path: first.path,
                rule: "the settings of all Python plugins may have \(Self.settingsLimit) bytes as JSON")
        }
        guard let interpreter = interpreter.path else {
            problems.add(
                at: interpreter.offset ?? first.offset, path: path("python", interpreter.offset, first),
                rule: "there is no such program in PATH; a Python plugin needs Python 3.9 or newer, named by "
                    + "\(Self.name).python")
            return nil
        }
        guard let package = package.path else {
            problems.add(
                at: first.offset, path: first.path,
                rule:
                    "the Python package luna_plugins is not beside this program; \(Self.name).package names its folder")
            return nil
        }
        var settings = PluginHostSettings(
            plugins: plugins, folder: folder.path, interpreter: interpreter, package: package)
        settings.requestTimeout = requestTimeout ?? settings.requestTimeout
        settings.memoryLimit = memoryLimit ?? settings.memoryLimit
        // Whoever has other problems to mend is not kept waiting.
        if problems.isEmpty, let fault = python.ask(settings) {
            if fault.isOfTheSystem { problems.files.addFailure() }
            let (name, offset) =
                fault.isOfPackage ? ("package", self.package.offset) : ("python", self.interpreter.offset)
            problems.add(
                at: offset ?? first.offset, path: path(name, offset, first),
                found: Displayed.quoted(interpreter, limit: 512),
                rule: fault.rule(settings))
        }
        return settings
    }

    private func path(_ name: String, _ offset: Int?, _ entry: ActivePlugins.Entry) -> String {
        offset == nil ? entry.path : "\(Self.name).\(name)"
    }

    /// The plugins that lie in the folder.
    func names(_ problems: inout SettingsProblems) -> [String] {
        guard let names = pluginFolder.names else {
            problems.files.addFailure()
            return []
        }
        return names
    }

    private func check(
        _ entry: ActivePlugins.Entry, mount: String?, among names: [String], _ problems: inout SettingsProblems
    ) {
        let file = Displayed.quoted("\(pluginFolder.path)/\(entry.name).py", limit: 512)
        switch pluginFolder.contains(entry.name) {
        case true: break
        case false:
            let nearest = NearestName.of(entry.name, among: names + [PluginSettings.name])
            problems.add(
                at: entry.offset, path: entry.path, found: Displayed.quoted(entry.name),
                rule: "there is no file \(file)" + (nearest.map { "; did you mean \"\($0)\"?" } ?? ""))
        case nil:
            problems.files.addFailure()
            problems.add(
                at: entry.offset, path: entry.path, found: Displayed.quoted(entry.name),
                rule: "\(file) can't be looked at")
        }
        let own = "/6/plugins/\(entry.name)/"
        if let mount, own.hasPrefix("\(mount)/") || "\(mount)/".hasPrefix(own) {
            problems.add(
                at: entry.offset, path: entry.path, found: Displayed.quoted(entry.name),
                rule: "its routes \(own)… and luna-streams' mount \(mount) take each other's place")
        }
    }
}

extension Setting<String> {
    /// A file, folder or program.
    fileprivate static var path: Self {
        Setting(rule: "must be a path") { node in
            guard let path = node.string, !path.isEmpty, path.utf8.count < 4096, !path.utf8.contains(0) else {
                return nil
            }
            return path
        }
    }
}

extension Setting<Int> {
    /// At least what the interpreter and a small plugin need.
    fileprivate static var memoryLimit: Self {
        Setting(rule: "must be a whole number of bytes from 134217728 (128 MiB) to 1099511627776 (1 TiB)") { node in
            node.integer.flatMap { (1 << 27...1 << 40).contains($0) ? $0 : nil }
        }
    }
}

extension Setting<PluginAccess> {
    fileprivate static var access: Self {
        Setting(rule: "must be \"credentials\", \"open\" or \"permission:<key>\"") {
            $0.string.flatMap(PluginAccess.init)
        }
    }
}
