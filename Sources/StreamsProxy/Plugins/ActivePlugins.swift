internal import JSON

/// `LUNA_API_ACTIVE_PLUGINS`: the plugins that are named there.
struct ActivePlugins {
    /// A Python plugin, and where it is named.
    struct Entry {
        let name: String
        let offset: Int
        let path: String
    }

    private(set) var isLunaStreamsActive = true
    private(set) var python: [Entry] = []

    /// Without the setting luna-streams is active: it is all that this service is there for.
    init(in settings: inout SettingsSection, _ problems: inout SettingsProblems) {
        let name = "LUNA_API_ACTIVE_PLUGINS"
        guard let node = settings.node(name) else { return }
        let path = settings.path(of: name)
        guard let elements = node.array else {
            problems.add(
                at: node.offset, path: path, found: Displayed.value(node), rule: "must be an array of plugin names")
            return
        }
        isLunaStreamsActive = false
        var names: Set<String> = []
        for (index, element) in elements.enumerated() {
            let place = "\(path)[\(index)]"
            guard let name = element.string.flatMap(Self.name) else {
                problems.add(
                    at: element.offset, path: place, found: Displayed.value(element),
                    rule: "must be \"\(PluginSettings.name)\" or a plugin's file name without .py, at most 64 letters, "
                        + "digits, '-', '.', '_' and '~'")
                continue
            }
            if !names.insert(name).inserted {
                problems.add(
                    at: element.offset, path: place, found: Displayed.value(element), rule: "this plugin is named twice"
                )
            } else if name == PluginSettings.name {
                isLunaStreamsActive = true
            } else {
                python.append(Entry(name: name, offset: element.offset, path: place))
            }
        }
    }

    /// LUNA's documentation asks for the file's name, so with `.py` too it is the plugin of that name. Only characters
    /// that mean themselves in a path and a URL.
    private static func name(_ text: String) -> String? {
        let name = text.hasSuffix(".py") ? String(text.dropLast(3)) : text
        guard !name.isEmpty, name.utf8.count <= 64, name.utf8.first != UInt8(ascii: "."),
            name.utf8.allSatisfy(PlainPath.isUnreserved)
        else { return nil }
        return name
    }
}
