import HTTPCore
import StreamsProxy
import Testing

/// What follows a plugin's name in a path, and the name itself.
struct PluginTargetTests {
    private static func match(_ path: String, mount: String = "/6/plugins/luna-streams") -> RouteMatch? {
        let bytes = Array("GET \(path) HTTP/1.1".utf8)
        let table = RouteTable(
            mount: mount, isLunaStreamsActive: true, plugins: ["teapot", "tea", "a.b_c~d-1"])
        return table.match(bytes.span, 4..<4 + path.utf8.count)
    }

    @Test(arguments: [
        "/", "/teapot", "/teapot/version", "/a/", "/a.b", "/...", "/.a", "/a..", "/%20", "/%C3%A4", "/a!$&'()*+,=:@b",
        "/%41", "/%3f", "/~-_.0Z/x",
    ])
    func `Plain segments lead to the plugin`(_ rest: String) {
        #expect(Self.match("/6/plugins/teapot\(rest)") == RouteMatch(route: .plugin, streamID: nil, plugin: 0))
    }

    @Test(arguments: [
        "", "//", "/a//b", "//a", "/.", "/..", "/./a", "/../a", "/a/.", "/a/..", "/a/../b", "/%2e", "/%2E%2e/a",
        "/a%2fb",
        "/a%2Fb", "/a%5cb", "/a%5Cb", "/a%00", "/a%0a", "/a%7f", "/a%25", "/a%252f", "/a;b", "/a%3bb", "/a\\b", "/a%",
        "/a%4",
        "/a%zz", "/a\u{E4}", "/a\u{7F}", "/a|b", "/a\"b", "/a^b", "/a`b", "/a{b}", "/a<b>",
    ])
    func `Whatever could mean two things leads nowhere`(_ rest: String) {
        #expect(Self.match("/6/plugins/teapot\(rest)") == nil)
    }

    @Test(arguments: [
        "/6/plugins/teapo/a", "/6/plugins/teapots/a", "/6/plugins/Teapot/a", "/6/plugins//teapot/a",
        "/6/plugins/te%61pot/a",
        "/6/plugins/teapot;x/a", "/6/plugins/teapot", "/6/plugins/", "/6/plugins", "/6/plugin/teapot/a",
        "/7/plugins/teapot/a",
        "/x/6/plugins/teapot/a", "/6/plugins/./teapot/a", "/6/plugins/luna-streams/teapot/a",
    ])
    func `Only a whole segment is a plugin's name`(_ path: String) {
        #expect(Self.match(path) == nil)
    }

    @Test
    func `Each name is its own plugin`() {
        #expect(Self.match("/6/plugins/tea/pot")?.plugin == 1)
        #expect(Self.match("/6/plugins/a.b_c~d-1/x")?.plugin == 2)
        #expect(Self.match("/6/plugins/luna-streams/streams")?.route == .streams)
    }

    @Test
    func `Nothing of it is there without plugins`() {
        let path = Array("/6/plugins/teapot/a".utf8)
        let table = RouteTable(mount: "/6/plugins/luna-streams", isLunaStreamsActive: true)
        #expect(table.match(path.span, 0..<path.count) == nil)
    }
}
