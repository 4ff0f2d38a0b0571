import DemoLunaStreams
import HTTPCore
import JSON
import Testing

@Suite struct RouteTests {
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"]

    static let table: [(path: String, allowed: [String])] = [
        ("/version", ["GET", "HEAD"]),
        ("/1/docs/spec", ["GET", "HEAD"]),
        ("/1/plugins", ["GET", "HEAD"]),
        ("/1/streams", ["GET", "HEAD", "POST", "DELETE"]),
        ("/1/streams/count", ["GET", "HEAD"]),
        ("/1/streams/logs", ["GET", "HEAD", "DELETE"]),
        ("/1/streams/ID", ["GET", "HEAD", "PUT", "DELETE"]),
        ("/1/streams/ID/preview/handler/live", ["GET"]),
        ("/1/streams/ID/preview/handler/frame", ["GET", "HEAD"]),
    ]

    @Test(arguments: table, ["1", "2"])
    func everyRouteAnswersItsMethodsAndNoOther(_ row: (path: String, allowed: [String]), version: String) throws {
        for method in Self.methods {
            let service = LunaStreams()
            let id = try service.create()
            let path = row.path.replacing("ID", with: id.description).replacing("/1/", with: "/\(version)/")
            let needsContent = method == "POST" || method == "PUT"
            let answer =
                needsContent ? service.send(method, path, Sample.content()) : service.call(method, path)
            if row.allowed.contains(method) {
                #expect((200..<300).contains(answer.status), "\(method) \(path)")
            } else {
                #expect(answer.status == 405, "\(method) \(path)")
                #expect(try answer.errorCode == 12021)
                #expect(answer.field("Allow") == row.allowed.joined(separator: ", "))
            }
        }
    }

    @Test(arguments: [
        "/", "", "*", "version", "/version/", "/1/version", "/streams", "/1", "/1/", "/0/streams", "/3/streams",
        "/01/streams", "/1/streams/", "/1//streams", "/1/Streams", "/1/streams/no-uuid", "/1/streams/count/",
        "/1/streams/logs/preview/handler/frame", "/1/streams/%63ount", "/1/streams/../plugins", "/1/streams;a=b",
        "/1/streams/ID/preview", "/1/streams/ID/preview/handler", "/1/streams/ID/preview/handler/last_frame",
        "/1/streams/ID/preview/handler/frame/", "/1/docs", "/docs/spec", "/1/1/streams", "/1/streams/{ID}",
    ])
    func whatIsNoRouteIsNotFound(_ path: String) throws {
        let service = LunaStreams()
        let id = try service.create()
        let answer = service.call("GET", path.replacing("ID", with: id.description))
        #expect(answer.status == 404)
        #expect(try answer.errorCode == 12013)
    }

    @Test func errorsHaveLunasFourMembers() throws {
        let answer = LunaStreams().call("GET", "/nothing")
        #expect(try answer.json.object?.map(\.name) == ["error_code", "desc", "detail", "link"])
        #expect(
            try answer.json["link"]?.string
                == "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-12013")
        #expect(answer.field("Content-Type") == "application/json")
    }

    @Test func theRequestIDComesBackOrIsMade() throws {
        let sent = "1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a"
        let service = LunaStreams()
        #expect(
            service.answer(DemoRequest("GET", "/version", requestID: sent), now: Sample.start)
                .field("Luna-Request-Id") == sent)
        for path in ["/version", "/nothing", "/1/streams"] {
            let made = try #require(service.call("GET", path).field("Luna-Request-Id"))
            let parts = made.split(separator: ",")
            #expect(parts.count == 2 && parts[0] == "1790000000" && UniqueID(String(parts[1])) != nil)
        }
    }

    @Test func versionAndPluginsHaveTheirMembers() throws {
        let version = try #require(try LunaStreams().call("GET", "/version").json["Version"])
        for name in ["api", "major", "minor", "patch"] { #expect(version[name]?.integer != nil) }
        #expect(try LunaStreams().call("GET", "/1/plugins").json["plugins"]?.array?.isEmpty == false)
    }
}
