import Auth
import StreamsProxy
import Testing

/// `TOKEN_ISSUERS`: what it comes to, and what is said about mistakes in it.
struct ConfigurationTokenIssuersTests {
    private static let pem = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEh2RJZme3aVPqBE4rXRrog7vH58eM
        2qzd2ieEeQGaXKegAr4kdUfNxwx10WaXqmtP+8G0epOpTlQArTjyrEYUPg==
        -----END PUBLIC KEY-----

        """
    private static let point =
        #""kty":"EC","crv":"P-256","x":"h2RJZme3aVPqBE4rXRrog7vH58eM2qzd2ieEeQGaXKc","y":"oAK-JHVHzccMddFml6prT_vBtHqTqU5UAK048qxGFD4""#
    private static let privatePEM = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"
    private static let address =
        #""LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://h:1"}}}"#

    /// Settings whose first line is `TOKEN_ISSUERS`, beside a folder of keys.
    private static func read(_ issuers: String) throws -> (result: ConfigurationResult, folder: TemporaryFolder) {
        let folder = try TemporaryFolder()
        _ = try folder.write("issuer.pem", pem)
        _ = try folder.write("set.json", #"{"keys":[{"kid":"a",\#(point)},{"kid":"b",\#(point)}]}"#)
        _ = try folder.write("private.pem", privatePEM)
        _ = try folder.write("private.json", #"{"keys":[{\#(point),"d":"canary"}]}"#)
        _ = try folder.write("broken.json", "{\"kty\":\n \"EC\"")
        _ = try folder.write("empty", "")
        _ = try folder.write("big", String(repeating: "x", count: 1 << 18 + 1))
        let text = "{\"TOKEN_ISSUERS\": \(issuers),\n\(address)}"
        return (ConfigurationReader.read(text: Array(text.utf8), file: "\(folder.path)/config.json"), folder)
    }

    private static func issuers(_ text: String) throws -> [TokenIssuer] {
        switch try read(text).result {
        case .valid(let configuration): return configuration.tokenIssuers
        case .invalid(let problems):
            struct Unexpected: Error { let problems: [ConfigurationProblem] }
            throw Unexpected(problems: problems)
        }
    }

    private static func issuer(_ members: String, key: String = #"{"file": "issuer.pem"}"#) -> String {
        #"[{"name": "x", "algorithm": "ES256", "keys": [\#(key)]\#(members)}]"#
    }

    @Test func `The least issuer has the documented defaults`() throws {
        let issuers = try Self.issuers(Self.issuer(""))
        let issuer = try #require(issuers.first)
        #expect(issuers.count == 1 && issuer.name == "x" && issuer.issuer == nil && issuer.audience == nil)
        #expect(issuer.keys.map(\.id) == [nil] && issuer.keys[0].key.algorithm == .es256)
        #expect(issuer.claims == ClaimNames())
        #expect(issuer.claims.accountID == "account_id" && issuer.claims.tokenID == "jti")
        #expect(issuer.claims.accountType == nil && issuer.claims.permissions == nil && issuer.claims.visibility == nil)
        #expect(issuer.accountType == .user && issuer.verbs == [] && issuer.leeway == 30 && issuer.requiresExpiry)
        #expect(try Self.issuers("[]").isEmpty)
    }

    @Test func `Every setting of an issuer is read`() throws {
        let members = #"""
            , "issuer": "https://id.example", "audience": "streams", "account_type": "advanced_user",
            "permissions": {"streams": ["view"], "faces": ["creation"]}, "leeway": 0, "require_exp": 0,
            "claims": {"account_id": "a", "account_type": "b", "permissions": "c", "visibility_area": "d", "token_id": "e"}
            """#
        let issuer = try #require(try Self.issuers(Self.issuer(members)).first)
        #expect(issuer.issuer == "https://id.example" && issuer.audience == "streams")
        #expect(issuer.accountType == .advancedUser && issuer.verbs == VerbSet(.view))
        #expect(issuer.leeway == 0 && !issuer.requiresExpiry)
        let claims = issuer.claims
        #expect(claims.accountID == "a" && claims.accountType == "b" && claims.permissions == "c")
        #expect(claims.visibility == "d" && claims.tokenID == "e")
    }

    @Test(arguments: [
        (#"{"file": "issuer.pem", "kid": "k"}"#, ["k"]), (#"{"file": "set.json"}"#, ["a", "b"]),
        (#"{"file": "./set.json", "kid": "b"}"#, ["b"]), (#"{"jwk": {\#(point)}, "kid": "k"}"#, ["k"]),
        (#"{"jwk": {"keys": [{\#(point), "kid": "c"}]}}, {"file": "set.json"}"#, ["c", "a", "b"]),
    ])
    func `Keys come from files and from the settings`(_ row: (keys: String, ids: [String])) throws {
        let issuer = try #require(try Self.issuers(Self.issuer("", key: row.keys)).first)
        #expect(issuer.keys.map(\.id) == row.ids)
        #expect(issuer.keys.allSatisfy { $0.key == issuer.keys[0].key })
    }

    private static let keyPath = "TOKEN_ISSUERS[0].keys[0]"
    private static let privateKey = "has no place here"
    private static let textRule = "must be a string of 1 to 1024 bytes"

    private static let wrong: [(String, [String])] = [
        ("{}", ["1:19: TOKEN_ISSUERS: found an empty object; must be an array of at most 16 issuers"]),
        ("[5]", ["1:20: TOKEN_ISSUERS[0]: found 5; must be an object"]),
        (
            "[{}]",
            [
                "1:20: TOKEN_ISSUERS[0].name: missing; what messages call the issuer",
                "1:20: TOKEN_ISSUERS[0].algorithm: missing; what its tokens are signed with; "
                    + #"must be "RS256", "ES256" or "HS256""#,
                "1:20: TOKEN_ISSUERS[0].keys: missing; the keys that its tokens are checked by",
            ]
        ),
        (
            #"[{"name": "", "algorithm": "none", "keys": []}]"#,
            [
                #"1:29: TOKEN_ISSUERS[0].name: found ""; \#(textRule)"#,
                #"1:46: TOKEN_ISSUERS[0].algorithm: found "none"; must be "RS256", "ES256" or "HS256""#,
                "1:62: TOKEN_ISSUERS[0].keys: found an empty array; must be an array of 1 to 32 keys",
            ]
        ),
        (
            issuer(#", "leeway": 301, "require_exp": "no", "account_type": "root", "isuer": 1"#),
            [
                "1:100: TOKEN_ISSUERS[0].leeway: found 301; must be a whole number of seconds from 0 to 300",
                #"1:120: TOKEN_ISSUERS[0].require_exp: found "no"; must be 0 or 1, false or true"#,
                #"1:142: TOKEN_ISSUERS[0].account_type: found "root"; must be "user", "advanced_user" or "admin""#,
                #"1:150: TOKEN_ISSUERS[0].isuer: unknown setting; did you mean "issuer"?"#,
            ]
        ),
        (
            issuer(#", "permissions": {"streams": ["view", "look"]}, "claims": {"account": "a", "token_id": 1}"#),
            [
                "1:126: TOKEN_ISSUERS[0].permissions.streams[1]: is no verb; "
                    + "those are creation, view, modification, deletion",
                "1:147: TOKEN_ISSUERS[0].claims.account: unknown setting; "
                    + "known here: account_id, account_type, permissions, visibility_area, token_id",
                "1:175: TOKEN_ISSUERS[0].claims.token_id: found 1; \(textRule)",
            ]
        ),
        (
            issuer("", key: #"{"file": "issuer.pem", "jwk": {}}"#),
            ["1:65: \(keyPath): must have either file, a PEM or JWK file, or jwk, the key itself"]
        ),
        (
            issuer("", key: #"{"kid": 1}"#),
            [
                "1:65: \(keyPath): must have either file, a PEM or JWK file, or jwk, the key itself",
                "1:73: \(keyPath).kid: found 1; \(textRule)",
            ]
        ),
        (
            issuer("", key: #"{"file": "nowhere.pem"}"#),
            [#"1:74: \#(keyPath).file: found "nowhere.pem"; there is no such file"#]
        ),
        (
            issuer("", key: #"{"file": ""}"#),
            [#"1:74: \#(keyPath).file: found ""; must be the path of a PEM or JWK file"#]
        ),
        (
            issuer("", key: #"{"file": "."}"#),
            [#"1:74: \#(keyPath).file: found "."; must be a regular file of at most 256 KiB"#]
        ),
        (
            issuer("", key: #"{"file": "big"}"#),
            [#"1:74: \#(keyPath).file: found "big"; must be a regular file of at most 256 KiB"#]
        ),
        (
            issuer("", key: #"{"file": "empty"}"#),
            [#"1:74: \#(keyPath).file: found "empty"; is neither a PEM nor a JWK"#]
        ),
        (
            issuer("", key: #"{"file": "broken.json"}"#),
            [
                #"1:74: \#(keyPath).file: found "broken.json"; "#
                    + "is no JWK: not JSON at 2:6: the text ends where ',' or '}' should come"
            ]
        ),
        (
            issuer("", key: #"{"file": "private.pem"}"#),
            [
                #"1:74: \#(keyPath).file: found "private.pem"; holds a private key, which has no place here; "#
                    + "`openssl pkey -pubout` gives the public one"
            ]
        ),
        (
            issuer("", key: #"{"file": "private.json"}"#),
            [
                #"1:74: \#(keyPath).file: found "private.json"; its keys[0].d belongs to a private key, "#
                    + "which has no place here; leave only the public members"
            ]
        ),
        (
            issuer("", key: #"{"jwk": {"d": "canary"}}"#),
            [
                "1:74: \(keyPath).jwk.d: belongs to a private key, which has no place here; "
                    + "leave only the public members"
            ]
        ),
        (
            #"[{"name": "x", "algorithm": "HS256", "keys": [{"jwk": {"kty": "oct", "k": "Y2FuYXJ5"}}]}]"#,
            ["1:93: \(keyPath).jwk.k: must be 32 to 1024 bytes for HS256"]
        ),
        (
            #"[{"name": "x", "algorithm": "HS256", "keys": [{"file": "issuer.pem"}]}]"#,
            [
                #"1:74: \#(keyPath).file: found "issuer.pem"; is a public key, which everybody may know; "#
                    + #"HS256 takes a JWK with kty "oct""#
            ]
        ),
        (
            issuer("", key: #"{"file": "issuer.pem"}, {"file": "set.json"}"#),
            [
                "1:64: TOKEN_ISSUERS[0].keys: where there are several keys, each must have a kid, and no two the same"
            ]
        ),
        (
            issuer("", key: #"{"file": "set.json"}, {"file": "issuer.pem", "kid": "b"}"#),
            [
                "1:64: TOKEN_ISSUERS[0].keys: where there are several keys, each must have a kid, and no two the same"
            ]
        ),
        (
            #"[{"name":"x","algorithm":"ES256","keys":[{"file":"set.json"}]},"#
                + #"{"name":"x","algorithm":"ES256","keys":[{"file":"set.json"}]}]"#,
            [#"1:90: TOKEN_ISSUERS[1].name: found "x"; is another issuer's too"#]
        ),
    ]

    @Test(arguments: wrong.indices)
    func `A mistake is named with its place and rule`(_ index: Int) throws {
        let (text, expected) = Self.wrong[index]
        let (result, folder) = try Self.read(text)
        guard case .invalid(let problems) = result else {
            Issue.record("valid: \(text)")
            return
        }
        #expect(problems.map { String("\($0)".dropFirst("\(folder.path)/config.json:".count)) } == expected)
        #expect(!problems.contains { "\($0)".contains("canary") || "\($0)".contains("Y2FuYXJ5") })
    }

    @Test func `Check tells who else issues tokens`() throws {
        let folder = try TemporaryFolder()
        let text = "{\"TOKEN_ISSUERS\": \(Self.issuer("", key: "{\"jwk\": {\(Self.point)}}")), \(Self.address)}"
        let result = CheckCommand.run(["--config", try folder.write("config.json", text)])
        #expect(result.exitCode == 0)
        #expect(result.standardOutput.contains("\n  Bearer           ES256 tokens of \"x\" too, by 1 key\n"))
    }
}
