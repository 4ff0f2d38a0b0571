import StreamsProxy
import Testing

/// Settings texts, and the lines that reading them gives.
struct ConfigurationReaderTests {
    private static func lines(_ text: String) -> [String] {
        switch ConfigurationReader.read(text: Array(text.utf8), file: "/etc/streams/config.json") {
        case .valid: []
        case .invalid(let problems): problems.map { String("\($0)".dropFirst("/etc/streams/".count)) }
        }
    }

    /// The smallest valid settings, with `member` put in at the start of the outermost object.
    private static func settings(_ member: String) -> String {
        """
        {
        \(member),
        "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://localhost:5160"}}}
        }
        """
    }

    /// The smallest valid settings, with `member` put in at the start of the plugin's object.
    private static func plugin(_ member: String) -> String {
        """
        {"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
        \(member),
        "luna-streams-address": {"origin": "http://localhost:5160"}}}}
        """
    }

    private static let pluginPath = "LUNA_API_PLUGINS_SETTINGS.luna-streams"
    private static let secondsRule = "must be a number of seconds above 0, at most 86400"

    private static let values: [(member: String, problem: String)] = [
        (#""LUNA_API_HTTP_SETTINGS": 5"#, #"2:27: LUNA_API_HTTP_SETTINGS: found 5; must be an object"#),
        (
            #""LUNA_API_HTTP_SETTINGS": {"request_timeout": "abc"}"#,
            #"2:47: LUNA_API_HTTP_SETTINGS.request_timeout: found "abc"; \#(secondsRule)"#
        ),
        (
            #""LUNA_API_HTTP_SETTINGS": {"keep_alive_timeout": 0}"#,
            #"2:50: LUNA_API_HTTP_SETTINGS.keep_alive_timeout: found 0; \#(secondsRule)"#
        ),
        (
            #""LUNA_API_HTTP_SETTINGS": {"request_timeout": 1e999}"#,
            #"2:47: LUNA_API_HTTP_SETTINGS.request_timeout: found 1e999; \#(secondsRule)"#
        ),
        (
            #""LUNA_API_HTTP_SETTINGS": {"request_timeout": 86400.5}"#,
            #"2:47: LUNA_API_HTTP_SETTINGS.request_timeout: found 86400.5; \#(secondsRule)"#
        ),
        (
            #""LUNA_API_HTTP_SETTINGS": {"request_max_size": 1.5}"#,
            "2:48: LUNA_API_HTTP_SETTINGS.request_max_size: found 1.5; "
                + "must be a whole number of bytes from 1 to 1099511627776 (1 TiB)"
        ),
        (
            #""LUNA_API_HTTP_SETTINGS": {"request_time": 1}"#,
            #"2:28: LUNA_API_HTTP_SETTINGS.request_time: unknown setting; did you mean "request_timeout"?"#
        ),
        (
            #""PASSWORD_MINIMUM_LENGTH": 2"#,
            "2:28: PASSWORD_MINIMUM_LENGTH: found 2; must be a whole number from 3 to 128"
        ),
        (
            #""LUNA_API_ACTIVE_PLUGINS": "luna-streams""#,
            #"2:28: LUNA_API_ACTIVE_PLUGINS: found "luna-streams"; must be an array of plugin names"#
        ),
        (
            #""LUNA_API_ACTIVE_PLUGINS": ["luna-streams", "luna_streams"]"#,
            #"2:45: LUNA_API_ACTIVE_PLUGINS[1]: found "luna_streams"; there is no file "#
                + #""/etc/streams/luna_api/plugins/luna_streams.py"; did you mean "luna-streams"?"#
        ),
        (
            #""ALLOW_LUNA_ACCOUNT_AUTH_HEADER": 2"#,
            "2:35: ALLOW_LUNA_ACCOUNT_AUTH_HEADER: found 2; must be 0 or 1, false or true"
        ),
        (
            #""ALLOW_LUNA_ACCOUNT_AUTH_HEADER": "1""#,
            #"2:35: ALLOW_LUNA_ACCOUNT_AUTH_HEADER: found "1"; must be 0 or 1, false or true; write it without quotes"#
        ),
        (
            #""CONFIG_AUTHORIZATION_USERS": [{"login": "a@b", "password": "secret"}]"#,
            "2:31: CONFIG_AUTHORIZATION_USERS: found an array; must be the path of the accounts file, and not of a folder"
        ),
        (
            #""CONFIG_AUTHORIZATION_USERS": "a\u0000secret""#,
            "2:31: CONFIG_AUTHORIZATION_USERS: found a string; must be the path of the accounts file, and not of a folder"
        ),
        (
            #""ALLOW_LUNA_ACOUNT_AUTH_HEADER": 1"#,
            #"2:1: ALLOW_LUNA_ACOUNT_AUTH_HEADER: unknown setting; did you mean "ALLOW_LUNA_ACCOUNT_AUTH_HEADER"?"#
        ),
        (
            #""password": "secret""#,
            #"2:1: password: unknown setting; did you mean "PASSWORD_MINIMUM_LENGTH"?"#
        ),
        (
            #""a.b\n\u001b[31m": 1"#,
            #"2:1: ["a.b\u{a}\u{1b}[31m"]: unknown setting; README.md lists all settings"#
        ),
        (#""HOST": "0.0.0.0""#, "2:1: HOST: is no setting; it stands on the command line: --host"),
        (#""port": 5000"#, "2:1: port: is no setting; it stands on the command line: --port"),
        (#""TLS": {"tls_cert": "x", "cert": "a"}"#, #"2:26: TLS.cert: unknown setting; did you mean "tls_cert"?"#),
        (
            #""LIMITS": {}, "LIMITS": {}"#,
            #"2:15: the name "LIMITS" stands twice in one object, first at 2:1; keep one of them"#
        ),
    ]

    @Test(arguments: values)
    func `A wrong value is named with its place and rule`(_ row: (member: String, problem: String)) {
        #expect(Self.lines(Self.settings(row.member)) == ["config.json:\(row.problem)"])
    }

    private static let pluginValues: [(member: String, problem: String)] = [
        (#""mount": "streams""#, #"2:10: \#(pluginPath).mount: found "streams"; \#(mountRule)"#),
        (#""mount": "/""#, #"2:10: \#(pluginPath).mount: found "/"; \#(mountRule)"#),
        (#""mount": "/a/""#, #"2:10: \#(pluginPath).mount: found "/a/"; \#(mountRule)"#),
        (#""mount": "/a//b""#, #"2:10: \#(pluginPath).mount: found "/a//b"; \#(mountRule)"#),
        (#""mount": "/a/.."# + #"""#, #"2:10: \#(pluginPath).mount: found "/a/.."; \#(mountRule)"#),
        (#""mount": "/a%20b""#, #"2:10: \#(pluginPath).mount: found "/a%20b"; \#(mountRule)"#),
        (#""mount": null"#, #"2:10: \#(pluginPath).mount: found null; \#(mountRule)"#),
        (
            #""account-isolation": []"#,
            "2:22: \(pluginPath).account-isolation: found an empty array; must be 0 or 1, false or true"
        ),
        (
            #""trace-context": "on""#,
            #"2:18: \#(pluginPath).trace-context: found "on"; must be 0 or 1, false or true"#
        ),
        (
            #""luna-streams-timeouts": {"request": -1}"#,
            "2:38: \(pluginPath).luna-streams-timeouts.request: found -1; \(secondsRule)"
        ),
        (
            #""luna-streams-timeouts": {"sock-read": 1}"#,
            #"2:27: \#(pluginPath).luna-streams-timeouts.sock-read: unknown setting; did you mean "sock_read"?"#
        ),
        (
            #""luna-streams-timeout": {}"#,
            #"2:1: \#(pluginPath).luna-streams-timeout: unknown setting; did you mean "luna-streams-timeouts"?"#
        ),
    ]

    private static let mountRule =
        "must be a path that starts with '/' and does not end in one, of letters, digits, '-', '.', '_' and '~'"

    @Test(arguments: pluginValues)
    func `A wrong value of the plugin is named with its place and rule`(_ row: (member: String, problem: String)) {
        #expect(Self.lines(Self.plugin(row.member)) == ["config.json:\(row.problem)"])
    }

    private static let missing: [(text: String, problem: String)] = [
        ("{}", "1:1: LUNA_API_PLUGINS_SETTINGS: missing; the address of Luna-Streams stands in it"),
        (
            #"{"LUNA_API_PLUGINS_SETTINGS": {}}"#,
            "1:31: \(pluginPath): missing; the address of Luna-Streams stands in it"
        ),
        (
            #"{"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {}}}"#,
            "1:48: \(pluginPath).luna-streams-address: missing; the address of Luna-Streams stands in it"
        ),
        (
            #"{"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {}}}}"#,
            "1:73: \(pluginPath).luna-streams-address.origin: missing; "
                + #"the URL of Luna-Streams, such as "http://127.0.0.1:5160/1""#
        ),
        ("[]", "1:1: found an empty array; must be an object"),
    ]

    @Test(arguments: missing)
    func `What is missing is named at the object it is missing from`(_ row: (text: String, problem: String)) {
        #expect(Self.lines(row.text) == ["config.json:\(row.problem)"])
    }

    @Test func `All problems come at once, in file order`() {
        let text = """
            {
              "ALLOW_LUNA_ACCOUNT_AUTH_HEADER": "yes",
              "LUNA_API_PLUGINS_SETTINGS": {
                "luna-streems": {},
                "luna-streams": {
                  "luna-streams-timeouts": {"request": "abc", "connect": 0},
                  "luna-streams-address": {"origin": "ftp://u:secret@h", "api_version": 3}
                }
              },
              "é": 1, "LUNA_API_HTTP_SETTING": {}
            }
            """
        #expect(
            Self.lines(text).map { String($0.split(separator: ";")[0]) } == [
                #"config.json:2:37: ALLOW_LUNA_ACCOUNT_AUTH_HEADER: found "yes""#,
                "config.json:4:5: LUNA_API_PLUGINS_SETTINGS.luna-streems: unknown setting",
                #"config.json:6:44: \#(Self.pluginPath).luna-streams-timeouts.request: found "abc""#,
                "config.json:6:62: \(Self.pluginPath).luna-streams-timeouts.connect: found 0",
                #"config.json:7:42: \#(Self.pluginPath).luna-streams-address.origin: found "***@h""#,
                "config.json:7:77: \(Self.pluginPath).luna-streams-address.api_version: found 3",
                #"config.json:10:3: ["é"]: unknown setting"#,
                "config.json:10:11: LUNA_API_HTTP_SETTING: unknown setting",
            ])
    }

    @Test func `A value is shown shortened, and without what a terminal would obey`() {
        let long = String(repeating: "x", count: 1000)
        let lines = Self.lines(Self.settings(#""ALLOW_LUNA_ACCOUNT_AUTH_HEADER": "\u001b[2J\u202e\#(long)""#))
        let shown = #"\u{1b}[2J\u{202e}"# + String(repeating: "x", count: 55) + "…"
        #expect(
            lines == [
                #"config.json:2:35: ALLOW_LUNA_ACCOUNT_AUTH_HEADER: found "\#(shown)"; must be 0 or 1, false or true"#
            ])
    }
}
