import StreamsProxy
import Testing

/// The settings under `cors`.
struct ConfigurationCORSTests {
    private static func read(_ cors: String) -> ConfigurationResult {
        let text = """
            {"LUNA_API_HTTP_SETTINGS": {"cors":
            \(cors)},
            "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://localhost:5160"}}}}
            """
        return ConfigurationReader.read(text: Array(text.utf8), file: "/c.json")
    }

    private static func valid(_ cors: String) throws -> CORSSettings {
        guard case .valid(let configuration) = read(cors) else { throw Unexpected() }
        return try #require(configuration.http.cors)
    }

    private struct Unexpected: Error {}

    @Test func `What is not said is a safe default`() throws {
        let settings = try Self.valid(#"{"allowed_origins": ["https://a.example"]}"#)
        #expect(settings == CORSSettings(origins: .listed(["https://a.example"])))
        #expect(!settings.allowsCredentials && settings.maximumAge == .seconds(600))
        #expect(settings.requestFields.contains("Authorization"))
    }

    @Test func `All of it can be set`() throws {
        let settings = try Self.valid(
            """
            {"allowed_origins": ["HTTPS://A.Example:443", "http://b:80", "http://[::1]:8080"], "allow_credentials": 1,
            "allowed_headers": [], "max_age": 5}
            """)
        #expect(settings.origins == .listed(["https://a.example", "http://b", "http://[::1]:8080"]))
        #expect(settings.allowsCredentials && settings.requestFields.isEmpty && settings.maximumAge == .seconds(5))
        #expect(try Self.valid(#"{"allowed_origins": ["*"]}"#).origins == .any)
    }

    private static let problems: [(cors: String, problem: String)] = [
        ("{}", "2:1: LUNA_API_HTTP_SETTINGS.cors.allowed_origins: missing; cors says which pages may read our answers"),
        (
            #"{"allowed_origins": []}"#,
            "2:21: LUNA_API_HTTP_SETTINGS.cors.allowed_origins: found an empty array; must be an array of origins"
        ),
        (
            #"{"allowed_origins": ["*"], "allow_credentials": 1}"#,
            #"2:49: LUNA_API_HTTP_SETTINGS.cors.allow_credentials: found 1; must be 0 where allowed_origins is "*": every page could act with the user's login"#
        ),
        (
            #"{"allowed_origins": ["https://a"], "allowed_headers": ["a b"]}"#,
            "2:55: LUNA_API_HTTP_SETTINGS.cors.allowed_headers: found an array; must be an array of field names"
        ),
        (
            #"{"allowed_origins": ["https://a"], "allow": 1}"#,
            #"2:36: LUNA_API_HTTP_SETTINGS.cors.allow: unknown setting; did you mean "allow_credentials"?"#
        ),
        (
            #"{"allowed_origins": ["https://a"], "pages": 1}"#,
            #"2:36: LUNA_API_HTTP_SETTINGS.cors.pages: unknown setting; known here: allowed_origins, allowed_headers, allow_credentials, max_age"#
        ),
    ]

    @Test(arguments: problems) func `A wrong setting is named`(_ cors: String, _ problem: String) {
        guard case .invalid(let problems) = Self.read(cors) else {
            Issue.record("accepted: \(cors)")
            return
        }
        #expect(problems.map(\.description) == ["/c.json:\(problem)"])
    }

    @Test(arguments: [
        "*", "null", "a.example", "https://", "https://a/", "https://a/b", "https://u@a", "https://a b", "ftp://a",
        "https://a:", "https://:1", "https://a?b", "https://*.a", "",
        "https://a.example.", "https://a.example.:8080", "https://a..b", "https://.a", "https://a:b:c", "https://a:0",
        "https://a:65536", "https://a:0443", "https://[::1", "https://[::1]x", "https://[a]", "https://::1",
        "https://1.2.3", "https://1.2.3.4.",
    ])
    func `What is no origin is refused`(_ origin: String) {
        guard case .invalid(let problems) = Self.read(#"{"allowed_origins": ["https://a", "\#(origin)"]}"#) else {
            Issue.record("accepted: \(origin)")
            return
        }
        #expect(problems.count == 1 && problems[0].path == "LUNA_API_HTTP_SETTINGS.cors.allowed_origins[1]")
    }
}
