import StreamsProxy
import Testing

/// The settings of Python plugins.
struct ConfigurationPluginsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write("teapot.py", "")
        _ = try folder.write("kettle.py", "")
    }

    private static let streams =
        #""luna-streams": {"luna-streams-address": {"origin": "http://localhost:5160"}}"#

    /// Settings in which the plugins lie beside the file, in the order of a file: the names, the host, the settings.
    private func read(
        _ active: String, host: String = "", settings: String = streams, asking python: PythonQuestion = .none
    ) -> ConfigurationResult {
        let text = """
            {"LUNA_API_ACTIVE_PLUGINS": \(active),
            "LUNA_API_PLUGIN_HOST": {"folder": "."\(host)},
            "LUNA_API_PLUGINS_SETTINGS": {\(settings)}}
            """
        return ConfigurationReader.read(text: Array(text.utf8), file: "\(folder.path)/config.json", asking: python)
    }

    private func problems(_ result: ConfigurationResult) -> [String] {
        switch result {
        case .valid: []
        case .invalid(let problems): problems.map { String("\($0)".dropFirst(folder.path.utf8.count + 13)) }
        }
    }

    private func configuration(_ result: ConfigurationResult) throws -> Configuration {
        switch result {
        case .valid(let configuration): return configuration
        case .invalid(let problems):
            Issue.record("\(problems)")
            throw problems[0]
        }
    }

    @Test
    func `Without Python plugins there is no host`() throws {
        let configuration = try configuration(read(#"["luna-streams"]"#))
        #expect(configuration.pluginHost == nil)
        #expect(configuration.isLunaStreamsActive)
    }

    @Test
    func `Plugins have their names, settings and access`() throws {
        let host =
            #", "request_timeout": 2.5, "memory_limit": 268435456, "python": "/bin/sh", "access": {"kettle": "permission:water", "teapot": "open"}"#
        let given = #"\#(Self.streams), "teapot": {"cups": [1, 2.50, "ü"], "on": null}"#
        let configuration = try configuration(
            read(#"["teapot.py", "luna-streams", "kettle"]"#, host: host, settings: given))
        let plugins = try #require(configuration.pluginHost)
        #expect(configuration.isLunaStreamsActive)
        #expect(
            plugins.plugins == [
                PythonPlugin(
                    name: "teapot", settings: Array(#"{"cups":[1,2.50,"ü"],"on":null}"#.utf8), access: .open),
                PythonPlugin(name: "kettle", settings: nil, access: .permission("water")),
            ])
        #expect(plugins.path(of: "teapot") == "\(folder.path)/teapot.py")
        #expect(plugins.interpreter == "/bin/sh")
        #expect(plugins.requestTimeout == .milliseconds(2500))
        #expect(plugins.memoryLimit == 268_435_456)
        #expect(plugins.package.hasSuffix("/Python"), "found in the source tree")
    }

    @Test
    func `Without luna-streams its routes are not there, and need no settings`() throws {
        let configuration = try configuration(read(#"["teapot"]"#, settings: ""))
        #expect(!configuration.isLunaStreamsActive)
        #expect(configuration.pluginHost?.plugins.map(\.access) == [.credentials])
    }

    @Test
    func `The settings of a plugin that lies there may wait until it is active`() throws {
        let configuration = try configuration(
            read(#"["luna-streams"]"#, settings: #"\#(Self.streams), "teapot": {}"#))
        #expect(configuration.pluginHost == nil)
    }

    @Test
    func `Each problem is told where it stands`() {
        let path = "LUNA_API_ACTIVE_PLUGINS"
        #expect(
            problems(read(#"["luna-streams", "teepot", "luna_streams", "soup"]"#)) == [
                #"1:46: \#(path)[1]: found "teepot"; there is no file "\#(folder.path)/teepot.py"; did you mean "teapot"?"#,
                #"1:56: \#(path)[2]: found "luna_streams"; there is no file "\#(folder.path)/luna_streams.py"; "#
                    + #"did you mean "luna-streams"?"#,
                #"1:72: \#(path)[3]: found "soup"; there is no file "\#(folder.path)/soup.py""#,
            ])
        #expect(
            problems(read(#"["teapot", "teapot.py", "luna-streams", "luna-streams"]"#)) == [
                #"1:40: \#(path)[1]: found "teapot.py"; this plugin is named twice"#,
                #"1:69: \#(path)[3]: found "luna-streams"; this plugin is named twice"#,
            ])
        let rule =
            #"must be "luna-streams" or a plugin's file name without .py, at most 64 letters, digits, '-', '.', '_' and '~'"#
        #expect(
            problems(read(#"["../teapot", 5, "", ".py", "luna-streams"]"#)) == [
                #"1:30: \#(path)[0]: found "../teapot"; \#(rule)"#, "1:43: \(path)[1]: found 5; \(rule)",
                #"1:46: \#(path)[2]: found ""; \#(rule)"#, #"1:50: \#(path)[3]: found ".py"; \#(rule)"#,
            ])
    }

    @Test
    func `Access and places keep their rules`() {
        let path = "LUNA_API_PLUGIN_HOST"
        let rule = #"must be "credentials", "open" or "permission:<key>""#
        #expect(
            problems(read(#"["teapot", "luna-streams"]"#, host: #", "access": {"teapot": "all", "teepot": "open"}"#))
                == [
                    #"2:62: \#(path).access.teapot: found "all"; \#(rule)"#,
                    #"2:69: \#(path).access.teepot: unknown setting; did you mean "teapot"?"#,
                ])
        #expect(
            problems(read(#"["luna-streams"]"#, host: #", "access": {"hello": "open"}"#)) == [
                "2:52: \(path).access.hello: hello is not in LUNA_API_ACTIVE_PLUGINS"
            ])
        #expect(
            problems(read(#"["teapot", "luna-streams"]"#, host: #", "python": "no-such-python""#)) == [
                "2:51: \(path).python: there is no such program in PATH; a Python plugin needs Python 3.9 or newer, named by "
                    + "\(path).python"
            ])
        #expect(
            problems(read(#"["teapot", "luna-streams"]"#, host: #", "memory_limit": 1000000"#)) == [
                "2:57: \(path).memory_limit: found 1000000; must be a whole number of bytes from 134217728 (128 MiB) to "
                    + "1099511627776 (1 TiB)"
            ])
        #expect(
            problems(read(#"["teapot", "luna-streams"]"#, host: #", "python": 3, "pithon": "x""#)) == [
                "2:51: \(path).python: found 3; must be a path",
                #"2:54: \#(path).pithon: unknown setting; did you mean "python"?"#,
            ])
    }

    @Test
    func `Settings of a plugin that does not exist are a problem`() {
        #expect(
            problems(read(#"["luna-streams"]"#, settings: #"\#(Self.streams), "teepot": {}"#)) == [
                #"3:110: LUNA_API_PLUGINS_SETTINGS.teepot: unknown setting; did you mean "teapot"?"#
            ])
    }

    @Test(arguments: ["/6/plugins/teapot", "/6/plugins", "/6", "/6/plugins/teapot/x"])
    func `Two may not have the same place`(_ mount: String) {
        let settings =
            #""luna-streams": {"mount": "\#(mount)", "luna-streams-address": {"origin": "http://localhost:5160"}}"#
        #expect(
            problems(read(#"["luna-streams", "teapot"]"#, settings: settings)) == [
                #"1:46: LUNA_API_ACTIVE_PLUGINS[1]: found "teapot"; its routes /6/plugins/teapot/… and luna-streams' mount "#
                    + "\(mount) take each other's place"
            ])
    }

    @Test(arguments: ["/6/plugins/teapots", "/6/plugins/tea", "/5", "/streams"])
    func `Two may be neighbours`(_ mount: String) throws {
        let settings =
            #""luna-streams": {"mount": "\#(mount)", "luna-streams-address": {"origin": "http://localhost:5160"}}"#
        #expect(try configuration(read(#"["luna-streams", "teapot"]"#, settings: settings)).mount == mount)
    }
}
