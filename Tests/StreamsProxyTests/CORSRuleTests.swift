import HTTPCore
import StreamsProxy
import Testing

/// Which fields an Origin gets: settings × request.
struct CORSRuleTests {
    private struct Incomplete: Error {}

    private static func settings(_ origins: CORSSettings.Origins, credentials: Bool = false) -> CORSSettings {
        var settings = CORSSettings(origins: origins)
        settings.allowsCredentials = credentials
        settings.requestFields = ["Authorization", "X-One"]
        settings.maximumAge = .seconds(60)
        return settings
    }

    private static let listed = settings(.listed(["https://a.example", "http://b.example:8080"]))

    /// The verdict on a request with those fields, and the lines of its answer.
    private static func answer(
        _ settings: CORSSettings, _ fields: String, method: String = "GET"
    ) throws -> (verdict: CORSVerdict, lines: [String], preflight: [String]) {
        let bytes = Array("\(method) / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8)
        var head = RequestHead()
        guard try HeadParser().parse(bytes.span, into: &head) else { throw Incomplete() }
        let rule = CORSRule(settings)
        let verdict = rule.verdict(head, bytes.span)
        let answer = [UInt8](writing: { rule.appendFields(verdict, to: &$0) })
        let preflight = [UInt8](writing: {
            if verdict.isPreflight { rule.appendPreflightFields(verdict, methods: "GET, OPTIONS", to: &$0) }
        })
        let lines = [answer, preflight].map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
        }
        return (verdict, lines[0], lines[1])
    }

    private static let exposed =
        "Access-Control-Expose-Headers: Luna-Request-Id, Location, Allow, Retry-After, WWW-Authenticate"

    @Test(arguments: [
        ("Origin: https://a.example\r\n", "https://a.example"),
        ("origin: http://b.example:8080\r\n", "http://b.example:8080"),
    ])
    func `A listed origin may read`(_ fields: String, _ origin: String) throws {
        let lines = try Self.answer(Self.listed, fields).lines
        #expect(lines == ["Access-Control-Allow-Origin: \(origin)", "Vary: Origin", Self.exposed])
    }

    /// The first line, then what stands in the head; whether the page of a.example may read why it is refused.
    @Test(arguments: [
        ("GET / HTTP/9", "Origin: https://a.example\r\n", true),
        ("junk", "a\r\norigin:https://a.example \r\n\r\n", true),
        ("GET /", "Origin: https://a.example", false), ("GET /", "Origin: https://a.example\n", false),
        ("GET /", "Origin : https://a.example\r\n", false), ("GET /", " Origin: https://a.example\r\n", false),
        ("GET /", "Origin: https://a.example\r\nOrigin: https://a.example\r\n", false),
        ("GET /", "\r\nOrigin: https://a.example\r\n", false), ("GET /", "\nOrigin: https://a.example\r\n", false),
        ("Origin: https://a.example", "", false), ("GET /", "Origin:\r\n", false), ("GET /", "Origin", false),
        ("", "", false),
    ])
    func `Of a head that is refused only a whole line with the name counts`(
        _ first: String, _ rest: String, _ isAllowed: Bool
    ) {
        let bytes = Array("\(first)\r\n\(rest)".utf8)
        let verdict = CORSRule(Self.listed).verdict(refused: bytes.span)
        #expect(verdict == (isAllowed ? .listed(0, isPreflight: false) : .none))
    }

    @Test(arguments: [
        "", "Origin: https://A.example\r\n", "Origin: https://a.example.evil.example\r\n", "Origin: null\r\n",
        "Origin: http://a.example\r\n", "Origin: https://a.example:443\r\n", "Origin: https://a.example/\r\n",
        "Origin: https://a.exampl\r\n", "Origin:\r\n", "Origin: *\r\n", "X-Origin: https://a.example\r\n",
        "Origin: https://a.example https://b.example\r\n",
        "Origin: https://a.example\r\nOrigin: https://a.example\r\n",
    ])
    func `Nobody else may, and caches are told`(_ fields: String) throws {
        let preflight = "\(fields)Access-Control-Request-Method: GET\r\n"
        #expect(try Self.answer(Self.listed, fields).lines == ["Vary: Origin"])
        #expect(try Self.answer(Self.listed, preflight, method: "OPTIONS").verdict == .none)
    }

    @Test func `Credentials are allowed where the settings say so`() throws {
        let settings = Self.settings(.listed(["https://a.example"]), credentials: true)
        let lines = try Self.answer(settings, "Origin: https://a.example\r\n").lines
        #expect(lines.contains("Access-Control-Allow-Credentials: true"))
        #expect(try Self.answer(settings, "").lines == ["Vary: Origin"])
    }

    @Test func `Where every origin may read, the answer is the same for all`() throws {
        let settings = Self.settings(.any)
        #expect(
            try Self.answer(settings, "Origin: null\r\n").lines == ["Access-Control-Allow-Origin: *", Self.exposed])
        #expect(try Self.answer(settings, "").lines.isEmpty)
    }

    @Test(arguments: [
        ("OPTIONS", "Access-Control-Request-Method: PUT\r\n", true),
        ("OPTIONS", "access-control-request-method: X\r\n", true),
        ("OPTIONS", "", false),
        ("GET", "Access-Control-Request-Method: PUT\r\n", false),
    ])
    func `A preflight is OPTIONS that asks for a method`(_ method: String, _ fields: String, _ isOne: Bool) throws {
        let answer = try Self.answer(Self.listed, "Origin: https://a.example\r\n\(fields)", method: method)
        #expect(answer.verdict == .listed(0, isPreflight: isOne))
        guard isOne else { return }
        #expect(
            answer.preflight == [
                "Access-Control-Allow-Origin: https://a.example", "Vary: Origin",
                "Access-Control-Allow-Methods: GET, OPTIONS", "Access-Control-Allow-Headers: Authorization, X-One",
                "Access-Control-Max-Age: 60",
            ])
    }
}
