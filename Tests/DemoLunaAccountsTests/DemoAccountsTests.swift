import Auth
import DemoLunaAccounts
import Testing

struct DemoAccountsTests {
    private static let id = "11111111-2222-4333-8444-555555555555"

    private static let file = """
        {"accounts": [{"account_id": "\(id)", "login": "ann", "password": "a:b", "account_type": "user", "tokens": [
          {"token": "jwt", "token_id": "\(id)", "permissions": {"streams": ["view"]}, "visibility_area": "account"},
          {"token": "old", "token_id": "\(id)", "permissions": {}, "expiration_time": "2001-09-09T01:46:40Z"}]}]}
        """

    private static func verify(
        _ authorization: String?, account: String? = nil, content: String = "", now: Int64 = 1_000_000_000
    ) throws -> String {
        let verdict = try DemoAccounts(Array(file.utf8)).verify(
            DemoCredential(authorization: authorization, account: account, content: Array(content.utf8)), now: now)
        return "\(verdict.status) \(String(decoding: verdict.content, as: UTF8.self))"
    }

    private static let ann = #"200 {"account_id":"\#(id)","account_type":"user","login":"ann"}"#
    private static let jwt =
        #"200 {"account_id":"\#(id)","account_type":"user","login":"ann","token_id":"\#(id)","#
        + #""permissions":{"streams":["view"]},"visibility_area":"account"}"#

    @Test func `It knows its accounts by field and by JSON`() throws {
        let basic = Base64.encode(Array("ann:a:b".utf8), .standard)
        #expect(try Self.verify("Basic \(basic)") == Self.ann)
        #expect(try Self.verify("basic \(basic)") == Self.ann)
        #expect(try Self.verify("Bearer jwt") == Self.jwt)
        #expect(try Self.verify(nil, account: Self.id.uppercased()) == Self.ann)
        #expect(try Self.verify(nil, content: #"{"login": "ann", "password": "a:b"}"#) == Self.ann)
        #expect(try Self.verify(nil, content: #"{"token": "jwt"}"#) == Self.jwt)
        #expect(try Self.verify(nil, content: #"{"authorization": "Bearer jwt"}"#) == Self.jwt)
        #expect(try Self.verify(nil, content: #"{"account_id": "\#(Self.id)"}"#) == Self.ann)
    }

    @Test(arguments: [
        ("Basic \(Base64.encode(Array("ann:a".utf8), .standard))", 41006), ("Bearer x", 41005), ("Bearer old", 41007),
        ("Basic !", 12010), ("Digest x", 12010), ("", 12010), (nil, 12010),
    ])
    func `It refuses with LUNA's codes`(_ authorization: String?, _ code: Int) throws {
        let verdict = try Self.verify(authorization)
        #expect(verdict.hasPrefix(#"401 {"error_code":\#(code),"#))
    }

    @Test func `A token ends at its time`() throws {
        #expect(try Self.verify("Bearer old", now: 999_999_999).hasPrefix("200 "))
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"accounts": [{}]}"#,
        #"{"accounts": [{"account_id": "a", "login": "b", "password": "c", "account_type": "d", "tokens": [{}]}]}"#,
    ])
    func `A file that can't be used is refused`(_ text: String) {
        #expect(throws: DemoAccounts.Problem.self) { try DemoAccounts(Array(text.utf8)) }
    }

    @Test func `Its options`() throws {
        let options = try DemoAccountsOptions(
            ["--accounts", "f", "--port", "0", "--delay", "5", "--fail-after", "3", "--host", "::1"])
        #expect(options.accountsPath == "f" && options.port == 0 && options.host == "::1")
        #expect(options.delay == 5 && options.failAfter == 3)
        #expect(try DemoAccountsOptions(["--accounts", "f"]).failAfter == nil)
        for wrong in [[], ["--accounts"], ["--port", "1"], ["--accounts", "f", "--delay", "-1"], ["x"]] {
            #expect(throws: DemoAccountsOptions.Problem.self) { try DemoAccountsOptions(wrong) }
        }
    }
}
