import JSON

/// The first line to the host.
enum HostConfiguration {
    static func line(_ settings: PluginHostSettings, socket: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("type", "configure")
            $0.member("socket", socket)
            $0.name("folders")
            $0.array { $0.value(settings.folder) }
            $0.name("plugins")
            $0.array {
                for plugin in settings.plugins {
                    $0.object {
                        $0.member("name", plugin.name)
                        $0.name("settings")
                        if let json = plugin.settings { $0.raw(json) } else { $0.null() }
                    }
                }
            }
            $0.member("log_level", "INFO")
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
}
