import StreamsProxy
import Testing

struct ConfigurationOriginTests {
    private static func read(_ origin: String, _ apiVersion: Int?) -> String {
        do throws(OriginError) {
            let address = try OriginParser.parse(origin, apiVersion: apiVersion)
            let scheme = address.isSecure ? "https" : "http"
            return "\(scheme) \(address.host) \(address.port) \(address.basePath) → \(address.authority)"
        } catch {
            return error.rule
        }
    }

    private static let origins: [(origin: String, apiVersion: Int?, expected: String)] = [
        ("http://127.0.0.1:5160", 1, "http 127.0.0.1 5160  → 127.0.0.1:5160"),
        ("http://127.0.0.1:5160/", 1, "http 127.0.0.1 5160  → 127.0.0.1:5160"),
        ("http://127.0.0.1:5160/1", 1, "http 127.0.0.1 5160  → 127.0.0.1:5160"),
        ("http://127.0.0.1:5160/1/", 1, "http 127.0.0.1 5160  → 127.0.0.1:5160"),
        ("http://127.0.0.1:5160/2", 2, "http 127.0.0.1 5160  → 127.0.0.1:5160"),
        ("http://h/1", nil, "http h 80 /1 → h"),
        ("http://h/luna/streams", 1, "http h 80 /luna/streams → h"),
        ("http://h/luna/1", 1, "http h 80 /luna → h"),
        ("http://h/luna1", 1, "http h 80 /luna1 → h"),
        ("http://h/11", 1, "http h 80 /11 → h"),
        ("HTTP://Luna_Streams.Example:80", 1, "http luna_streams.example 80  → luna_streams.example"),
        ("https://h", 1, "https h 443  → h"),
        ("https://h:80", 1, "https h 80  → h:80"),
        ("http://h:443", 1, "http h 443  → h:443"),
        ("http://h:1", 1, "http h 1  → h:1"),
        ("http://h:65535", 1, "http h 65535  → h:65535"),
        ("http://[::1]", 1, "http ::1 80  → [::1]"),
        ("http://[2001:DB8::1]:5160/1", 1, "http 2001:db8::1 5160  → [2001:db8::1]:5160"),
        ("http://S.Svc.Cluster.Local.:5160/1", 1, "http s.svc.cluster.local. 5160  → s.svc.cluster.local:5160"),
        ("https://a.", 1, "https a. 443  → a"),
        ("http://0.0.0.255", 1, "http 0.0.0.255 80  → 0.0.0.255"),

        ("", 1, scheme), ("h:5160", 1, scheme), ("127.0.0.1:5160", 1, scheme), ("ftp://h", 1, scheme),
        ("http:/h", 1, scheme), ("//h", 1, scheme), ("http//h", 1, scheme),
        (" http://h", 1, characters), ("http://h\n", 1, characters), ("http://h\u{0}", 1, characters),
        ("http://é", 1, characters), ("http://h /1", 1, characters),
        ("http://h?x=1", 1, "must have no query ('?')"), ("http://h/1?", 1, "must have no query ('?')"),
        ("http://h#", 1, "must have no fragment ('#')"), ("http://h/#?", 1, "must have no fragment ('#')"),
        ("http://u:p@h", 1, userinfo), ("http://@h", 1, userinfo), ("http://h@", 1, userinfo),
        ("http://", 1, "must name a host after '//'"), ("http:///1", 1, "must name a host after '//'"),
        ("http://:5160", 1, "must name a host after '//'"),
        ("http://::1", 1, "must have brackets around its IPv6 address, as in http://[::1]:5160"),
        ("http://[::1", 1, "must close the '[' of its IPv6 address"),
        ("http://[]", 1, host), ("http://[1.2.3.4]", 1, host), ("http://[::1%25eth0]", 1, host),
        ("http://[v1.a]", 1, host), ("http://1.2.3", 1, host), ("http://1.2.3.256", 1, host),
        ("http://1.2.3.04", 1, host), ("http://2130706433", 1, host), ("http://0x7f.0.0.1", 1, host),
        ("http://127.0.0.0x1", 1, host), ("http://a..b", 1, host), ("http://a..", 1, host), ("http://.", 1, host),
        ("http://1.2.3.4.", 1, host), ("http://[::1].", 1, port), ("http://1.", 1, host), ("http://-a", 1, host),
        ("http://a-", 1, host), ("http://a%41", 1, host), ("http://a,b", 1, host), ("http://a\\b", 1, host),
        ("http://" + String(repeating: "a", count: 64), 1, host),
        ("http://" + Array(repeating: "abcdefg", count: 32).joined(separator: "."), 1, host),
        ("http://h:", 1, port), ("http://h:0", 1, port), ("http://h:65536", 1, port),
        ("http://h:99999999999999999999", 1, port),
        ("http://h:+1", 1, port), ("http://h:080", 1, port), ("http://h:1:2", 1, port), ("http://[::1]5160", 1, port),
        ("http://h:５", 1, characters),
        ("http://h//", 1, path), ("http://h/a//b", 1, path), ("http://h/../a", 1, path), ("http://h/.", 1, path),
        ("http://h/a%2fb", 1, path), ("http://h/a;b", 1, path), ("http://h/a\\b", 1, path),
        ("http://h/2", 1, version(1)), ("http://h/1", 2, version(2)), ("http://h/1/1", 1, version(1)),
        ("http://h/2/1", 1, version(1)),
    ]

    private static let scheme = "must start with http:// or https://"
    private static let characters = "must have no spaces and only ASCII characters"
    private static let userinfo = "must have no login or password before '@': Luna-Streams asks for none"
    private static let host = "must name its host by a domain name, an IPv4 address or an [IPv6 address]"
    private static let port = "must have a port from 1 to 65535"
    private static let path =
        "must have a path of plain segments: letters, digits, '-', '.', '_' and '~' between single slashes"

    private static func version(_ version: Int) -> String {
        "must end in the API version once at most, and in the same one as api_version, which is \(version)"
    }

    @Test(arguments: origins)
    func `An origin has one form, or a rule it breaks`(_ row: (origin: String, apiVersion: Int?, expected: String)) {
        #expect(Self.read(row.origin, row.apiVersion) == row.expected)
    }

    @Test(arguments: [
        ("http://u:secret@h/1", "http://***@h/1"), ("u:secret@h", "***@h"), ("http://h/?token=secret", "http://h/?…"),
        ("HTTPS://u:sec?ret@h", "https://***@h"), ("http://u:s@cret@h#secret", "http://***@h#…"),
        ("http://h", "http://h"),
    ])
    func `A message shows no login, password or query`(_ origin: String, _ shown: String) {
        #expect(OriginParser.redacted(origin) == shown)
    }
}
