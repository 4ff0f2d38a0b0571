import JSON

/// The first line to the host, and later ones.
enum HostConfiguration {
    /// `isHeld`: the plugins that are not to be started yet.
    static func line(_ settings: PluginHostSettings, _ folder: SocketFolder, isHeld: (String) -> Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("type", "configure")
            $0.member("socket", folder.socket)
            $0.member("calls", folder.calls)
            $0.name("folders")
            $0.array { $0.value(settings.folder) }
            $0.name("plugins")
            $0.array {
                for plugin in settings.plugins {
                    $0.object {
                        $0.member("name", plugin.name)
                        $0.name("settings")
                        if let json = plugin.settings { $0.raw(json) } else { $0.null() }
                        if isHeld(plugin.name) { $0.member("held", "it has made the host end again and again") }
                    }
                }
            }
            $0.member("log_level", "INFO")
            $0.name("limits")
            $0.object { $0.member("memory", settings.memoryLimit) }
            $0.name("timeouts")
            $0.object {
                for (name, seconds) in [("import", 10), ("initialize", 10), ("start", 10), ("event", 5), ("close", 5)] {
                    $0.member(name, seconds)
                }
                $0.name("request")
                $0.raw(Displayed.seconds(settings.requestTimeout).dropLast(2).utf8)
            }
        }
        return writer.bytes + [0x0A]
    }

    /// Have a plugin started that was held.
    static func start(_ plugin: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("type", "start")
            $0.member("plugin", plugin)
        }
        return writer.bytes + [0x0A]
    }
}
