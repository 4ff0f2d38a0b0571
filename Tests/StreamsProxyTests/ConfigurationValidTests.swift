import StreamsProxy
import Testing

/// What valid settings come to, key by key.
struct ConfigurationValidTests {
    private static func configuration(_ text: String, file: String = "/etc/streams/config.json") throws -> Configuration
    {
        switch ConfigurationReader.read(text: Array(text.utf8), file: file) {
        case .valid(let configuration): return configuration
        case .invalid(let problems): throw Unexpected(problems: problems)
        }
    }

    private struct Unexpected: Error {
        let problems: [ConfigurationProblem]
    }

    private static let address = #""luna-streams-address": {"origin": "http://127.0.0.1:5160/1", "api_version": 1}"#

    private static func settings(root: String = "", plugin: String = "") -> String {
        "{\(root)\"LUNA_API_PLUGINS_SETTINGS\": {\"luna-streams\": {\(plugin)\(address)}}}"
    }

    @Test func `The least settings have the documented defaults`() throws {
        let configuration = try Self.configuration(Self.settings())
        #expect(configuration.http.requestTimeout == .seconds(60))
        #expect(configuration.http.keepAliveTimeout == .seconds(15))
        #expect(configuration.http.requestMaximumSize == 1_073_741_824)
        #expect(configuration.isLunaStreamsActive)
        #expect(configuration.mount == "/6/plugins/luna-streams")
        #expect(
            configuration.upstream
                == UpstreamAddress(isSecure: false, host: "127.0.0.1", port: 5160, basePath: "", apiVersion: 1))
        #expect(configuration.timeouts.connect == .seconds(5))
        #expect(configuration.timeouts.request == .seconds(60))
        #expect(configuration.timeouts.sockConnect == nil)
        #expect(configuration.timeouts.sockRead == nil)
        #expect(configuration.timeouts.liveSockRead == .seconds(60))
        #expect(!configuration.allowsAccountHeader)
        #expect(configuration.isAccountIsolationOn)
        #expect(!configuration.makesTraceContext)
        #expect(configuration.accountsFile == "/etc/streams/accounts.json")
        #expect(configuration.passwordMinimum == 8)
        #expect(configuration.listener == ListenerSettings())
    }

    @Test func `Every setting is read`() throws {
        let configuration = try Self.configuration(
            """
            {
              "LUNA_API_HTTP_SETTINGS": {"request_timeout": 1.5, "keep_alive_timeout": 2e1, "request_max_size": 1e6},
              "LUNA_API_ACTIVE_PLUGINS": ["luna-streams"],
              "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
                "luna-streams-address": {"api_version": 2, "origin": "https://Streams.example/base/2/"},
                "luna-streams-timeouts": {"request": 42, "connect": 0.25, "sock_connect": 0.0001, "sock_read": 86400},
                "mount": "/7/streams",
                "account-isolation": false,
                "trace-context": 1
              }},
              "ALLOW_LUNA_ACCOUNT_AUTH_HEADER": true,
              "CONFIG_AUTHORIZATION_USERS": "./data/users.json",
              "PASSWORD_MINIMUM_LENGTH": 12
            }
            """)
        #expect(configuration.http.requestTimeout == .milliseconds(1500))
        #expect(configuration.http.keepAliveTimeout == .seconds(20))
        #expect(configuration.http.requestMaximumSize == 1_000_000)
        #expect(
            configuration.upstream
                == UpstreamAddress(
                    isSecure: true, host: "streams.example", port: 443, basePath: "/base", apiVersion: 2))
        #expect(configuration.timeouts.request == .seconds(42))
        #expect(configuration.timeouts.connect == .milliseconds(250))
        #expect(configuration.timeouts.sockConnect == .milliseconds(1))
        #expect(configuration.timeouts.sockRead == .seconds(86400))
        #expect(configuration.timeouts.liveSockRead == .seconds(86400))
        #expect(configuration.mount == "/7/streams")
        #expect(!configuration.isAccountIsolationOn)
        #expect(configuration.makesTraceContext)
        #expect(configuration.allowsAccountHeader)
        #expect(configuration.accountsFile == "/etc/streams/data/users.json")
        #expect(configuration.passwordMinimum == 12)
    }

    @Test(arguments: [("0", false), ("1", true), ("false", false), ("true", true), ("1.0", true)])
    func `A flag is a number or a boolean`(_ written: String, _ expected: Bool) throws {
        let text = Self.settings(root: "\"ALLOW_LUNA_ACCOUNT_AUTH_HEADER\": \(written), ")
        #expect(try Self.configuration(text).allowsAccountHeader == expected)
    }

    @Test func `Without the plugin among the active ones its address may be missing`() throws {
        #expect(try !Self.configuration(#"{"LUNA_API_ACTIVE_PLUGINS": []}"#).isLunaStreamsActive)
        #expect(
            try Self.configuration(Self.settings(root: #""LUNA_API_ACTIVE_PLUGINS": ["luna-streams"], "#))
                .isLunaStreamsActive)
    }

    @Test(arguments: [
        ("/etc/a/config.json", "x.json", "/etc/a/x.json"),
        ("/etc/a/config.json", "/var/x.json", "/var/x.json"),
        ("/etc/a/config.json", "../x.json", "/etc/a/../x.json"),
        ("/config.json", "./x.json", "/x.json"),
    ])
    func `The accounts file is looked for beside the settings`(_ row: (file: String, path: String, expected: String))
        throws
    {
        let text = Self.settings(root: "\"CONFIG_AUTHORIZATION_USERS\": \"\(row.path)\", ")
        #expect(try Self.configuration(text, file: row.file).accountsFile == row.expected)
    }

    @Test func `Beside settings named without a folder is the current one`() throws {
        let path = try Self.configuration(Self.settings(), file: "config.json").accountsFile
        #expect(path.hasPrefix("/") && path.hasSuffix("/accounts.json"))
    }
}
