import Auth
import HTTPCore
import JSON
import StreamsProxy
import Testing

/// Who may do what on `/6/tokens` and `/6/account`, and what comes of it.
@Suite struct TokensAPITests {
    typealias Caller = TokensRealm.Caller

    private static func resources(of caller: Caller) -> [TokensResource] {
        [.tokens, .token(caller.tokenID), .account]
    }

    @Test(arguments: HTTPCore.Method.allCases) func aMethodIsOfferedOrRefusedWithAllow(_ method: HTTPCore.Method) throws
    {
        let offered: [[HTTPCore.Method]] = [
            [.get, .head, .post], [.get, .head, .put, .patch, .delete], [.get, .head],
        ]
        for (resource, methods) in zip(Self.resources(of: .user), offered) {
            let realm = try TokensRealm()
            let answer = realm.answer(method, resource, #"{"permissions": {}}"#)
            #expect(resource.methods.contains(MethodSet(method)) == methods.contains(method))
            if methods.contains(method) {
                #expect((200..<300).contains(answer.status) && answer.allow == nil, "\(resource)")
            } else {
                #expect(answer.status == 405 && answer.errorCode == 12021, "\(resource)")
                let allow = methods.map { $0.name.description } + ["OPTIONS"]
                #expect(answer.allow == Array(allow.joined(separator: ", ").utf8))
            }
        }
    }

    @Test(arguments: [CredentialKind.token, .accountHeader])
    func onlyBasicCredentialsReachTokens(_ kind: CredentialKind) throws {
        let realm = try TokensRealm()
        let before = try realm.bytes()
        for resource in Self.resources(of: .admin) {
            for method in HTTPCore.Method.allCases where resource.methods.contains(MethodSet(method)) {
                let answer = realm.answer(method, resource, #"{"permissions": {}}"#, by: .admin, kind: kind)
                #expect(answer.status == 403 && answer.errorCode == 11064, "\(method) \(resource)")
            }
        }
        #expect(try realm.bytes() == before)
    }

    @Test(arguments: Caller.allCases) func anAccountSeesItself(_ caller: Caller) throws {
        let answer = try TokensRealm().answer(.get, .account, by: caller)
        #expect(answer.status == 200)
        let account = try answer.json
        #expect(
            account.object?.map(\.name) == ["account_id", "login", "account_type", "description", "create_time"])
        #expect(account["account_id"]?.string == caller.accountID.description)
        #expect(account["login"]?.string == caller.login)
        #expect(account["account_type"]?.string == caller.type.rawValue)
        #expect(account["description"]?.string == "an account")
        #expect(account["create_time"]?.string == "2026-01-01T00:00:00Z")
    }

    @Test func aTokenFromBirthToDeath() throws {
        let realm = try TokensRealm()
        let created = realm.answer(
            .post, .tokens, #"{"description": "d", "permissions": {"streams": ["view"]}, "expiration_time": null}"#)
        #expect(created.status == 201)
        let id = try #require(created.json["token_id"]?.string.flatMap { UniqueID($0) })
        let token = try #require(created.json["token"]?.string)
        #expect(try created.json["url"]?.string == "/6/tokens/\(id)")
        #expect(created.location == Array("/6/tokens/\(id)".utf8))
        #expect("\(created)" == "(concealed)" && Mirror(reflecting: created).children.isEmpty)

        func verbs() throws -> VerbSet? {
            guard case .allowed(let principal) = try realm.decide(token) else { return nil }
            #expect(principal.accountID == Caller.user.accountID && principal.tokenID == id)
            return principal.verbs
        }
        #expect(try verbs() == VerbSet(.view))
        let signature = try #require(token.split(separator: ".").last)
        for resource in [TokensResource.tokens, .token(id)] {
            let shown = String(decoding: realm.answer(.get, resource).content, as: UTF8.self)
            #expect(shown.contains(id.description) && !shown.contains(signature), "only creation shows the token")
        }

        let patch = #"{"permissions": {"streams": ["view", "deletion"]}}"#
        let patched = realm.answer(.patch, .token(id), patch)
        #expect(patched.status == 204 && patched.content.isEmpty)
        #expect(try verbs() == [VerbSet(.view), VerbSet(.deletion)])
        #expect(try realm.record(id)?.description == "d", "PATCH leaves what it does not name")

        let past = realm.answer(.patch, .token(id), #"{"expiration_time": "2020-01-01T00:00:00Z"}"#)
        #expect(past.status == 400 && past.errorCode == 12022)
        try realm.file.update { (document: inout AccountsDocument) throws(Never) in
            for index in document.tokens.indices where document.tokens[index].id == id {
                document.tokens[index].expires = TokensRealm.now
            }
        }
        #expect(try realm.decide(token) == .unauthenticated(.tokenExpired))

        #expect(realm.answer(.put, .token(id), #"{"permissions": {"streams": ["creation"]}}"#).status == 204)
        #expect(try verbs() == VerbSet(.creation))
        #expect(try realm.record(id)?.description == "", "PUT puts back what it does not name")
        #expect(try realm.record(id)?.expires == nil)
        #expect(try realm.record(id)?.created == TokensRealm.now)

        #expect(realm.answer(.delete, .token(id)).status == 204)
        #expect(try realm.decide(token) == .unauthenticated(.tokenUnknown))
        let gone = realm.answer(.delete, .token(id))
        #expect(gone.status == 404 && gone.errorCode == 41005)
    }

    @Test(arguments: Caller.allCases) func theWideAreaIsForTheWiderAccounts(_ caller: Caller) throws {
        let body = #"{"permissions": {}, "visibility_area": "all"}"#
        let requests: [(HTTPCore.Method, TokensResource)] = [
            (.post, .tokens), (.put, .token(caller.tokenID)), (.patch, .token(caller.tokenID)),
        ]
        for (method, resource) in requests {
            let realm = try TokensRealm()
            let answer = realm.answer(method, resource, body, by: caller)
            let wide = try realm.document().tokens.filter { $0.visibility == .all }.count
            if caller.type.readsAllAccounts {
                #expect(answer.errorCode == nil && wide == 1, "\(method)")
            } else {
                #expect(answer.status == 403 && answer.errorCode == 11062 && wide == 0, "\(method)")
            }
        }
    }

    /// The account of the file counts, not the one that the caller had when it was let in.
    @Test func anAccountThatIsDowngradedMeanwhileHasNoWideArea() throws {
        let realm = try TokensRealm()
        try realm.file.update { (document: inout AccountsDocument) throws(Never) in
            document.accounts[2].type = .user
        }
        let answer = realm.answer(.post, .tokens, #"{"permissions": {}, "visibility_area": "all"}"#, by: .admin)
        #expect(answer.status == 403 && answer.errorCode == 11062)
    }

    @Test(arguments: Caller.allCases) func anotherAccountsTokenIsAsOneThatDoesNotExist(_ caller: Caller) throws {
        let realm = try TokensRealm()
        let before = try realm.bytes()
        let unknown = UniqueID(high: 1, low: 1)
        for other in Caller.allCases where other != caller {
            for method in [HTTPCore.Method.get, .head, .put, .patch, .delete] {
                let body = #"{"permissions": {}}"#
                let foreign = realm.answer(method, .token(other.tokenID), body, by: caller)
                #expect(foreign.status == 404 && foreign.errorCode == 41005, "\(method)")
                #expect(foreign.content == realm.answer(method, .token(unknown), body, by: caller).content)
            }
        }
        let list = try realm.answer(.get, .tokens, by: caller).json
        #expect(list["tokens"]?.array?.map { $0["token_id"]?.string } == [caller.tokenID.description])
        #expect(list["tokens_count"]?.integer == 1)
        #expect(try realm.bytes() == before)
    }

    @Test func anAccountThatIsGoneMeanwhileIsUnknown() throws {
        let realm = try TokensRealm()
        try realm.file.update { (document: inout AccountsDocument) throws(Never) in
            document.accounts.removeAll { $0.id == Caller.user.accountID }
            document.tokens.removeAll { $0.accountID == Caller.user.accountID }
        }
        for resource in Self.resources(of: .user) {
            for method in HTTPCore.Method.allCases where resource.methods.contains(MethodSet(method)) {
                let answer = realm.answer(method, resource, #"{"permissions": {}}"#)
                #expect(answer.status == 401 && answer.errorCode == 11065, "\(method) \(resource)")
                #expect(answer.challenge == .both)
            }
        }
    }

    @Test func aFileThatCannotBeUsedIsOurFault() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: try folder.write("accounts.json", #"{"signing_key": "canary"}"#))
        for (method, content) in [(HTTPCore.Method.get, ""), (.post, #"{"permissions": {}}"#)] {
            let request = TokensRequest(
                method: method, resource: .tokens, contentType: Array("application/json".utf8),
                content: Array(content.utf8),
                principal: Principal(accountID: Caller.user.accountID, accountType: .user, kind: .basic))
            let answer = TokensAPI.answer(request, store: FileStore(file), now: TokensRealm.now)
            #expect(answer.status == 500 && answer.errorCode == 11042)
            #expect(!answer.problems.isEmpty)
            let shown = String(decoding: answer.content, as: UTF8.self)
            #expect(!shown.contains(folder.path) && !shown.contains("canary"))
        }
        _ = try folder.write("accounts.json.lock", "")
    }

    /// `query` → the ids' places on the page, of 25 tokens after the first.
    @Test(
        arguments: [
            (nil, 0..<10), ("", 0..<10), ("page=1", 0..<10), ("page=3", 20..<26), ("page=4", 26..<26),
            ("page_size=100", 0..<26), ("page=2&page_size=7", 7..<14), ("page_size=1&page=26", 25..<26),
            ("p%61ge=2&page_size=%37", 7..<14), ("page=1000000&page_size=100", 26..<26),
            ("grant_all_permissions=1&order=desc&=&&x", 0..<10),
        ] as [(String?, Range<Int>)])
    func aListHasPages(_ query: String?, _ expected: Range<Int>) throws {
        let realm = try TokensRealm()
        let ids = [Caller.user.tokenID] + (0..<25).map { UniqueID(high: 7, low: UInt64($0)) }
        try realm.file.update { (document: inout AccountsDocument) throws(Never) in
            document.tokens += ids.dropFirst().map {
                TokenRecord(
                    id: $0, accountID: Caller.user.accountID, description: "", permissions: .none,
                    visibility: .account, expires: nil, created: TokensRealm.now)
            }
        }
        let answer = realm.answer(.get, .tokens, query: query)
        #expect(answer.status == 200)
        #expect(
            try answer.json["tokens"]?.array?.map { $0["token_id"]?.string } == ids[expected].map(\.description))
        #expect(try answer.json["tokens_count"]?.integer == 26)
        #expect(realm.answer(.head, .tokens, query: query).content == answer.content)
    }

    @Test(arguments: [
        "page=0", "page=-1", "page=", "page", "page=1.0", "page=+1", "page=1000001", "page=99999999999999999999",
        "page_size=0", "page_size=101", "page_size=x", "page=1&page=1", "page_size=%", "page=1%00",
    ])
    func aPageThatIsNoneIsRefused(_ query: String) throws {
        let answer = try TokensRealm().answer(.get, .tokens, query: query)
        #expect(answer.status == 400 && answer.errorCode == 12012)
        #expect(try answer.detail.contains(query.hasPrefix("page_size") ? "page_size" : "page"))
    }
}
