import Auth
import Glibc
import HTTPCore
import JSON
import StreamsProxy
import Testing

/// An accounts file with an account of each type and a stranger, each with one token, and the API on it.
final class TokensRealm {
    enum Caller: CaseIterable {
        case user, advancedUser, admin, stranger

        var type: AccountType {
            switch self {
            case .user, .stranger: .user
            case .advancedUser: .advancedUser
            case .admin: .admin
            }
        }

        var accountID: UniqueID { UniqueID(high: 0x1111_1111_2222_4333, low: number) }
        /// Of the token that the account has from the start.
        var tokenID: UniqueID { UniqueID(high: 0x9999_9999_2222_4333, low: number) }
        var login: String { "\(type.rawValue)\(number & 15)@example.org" }

        private var number: UInt64 {
            switch self {
            case .user: 0x8444_5555_5555_5550
            case .advancedUser: 0x8444_5555_5555_5551
            case .admin: 0x8444_5555_5555_5552
            case .stranger: 0x8444_5555_5555_5553
            }
        }
    }

    struct Unusable: Error {
        let problems: [AccountsProblem]
    }

    /// 2026-01-01T00:00:00Z
    static let now = Timestamp(unixSeconds: 1_767_225_600)

    private let folder: TemporaryFolder
    let file: AccountsFile

    init() throws {
        folder = try TemporaryFolder()
        file = AccountsFile(path: "\(folder.path)/accounts.json")
        let password = try #require(
            PasswordCost(n: 1024, r: 1, p: 1).flatMap { PasswordHash(of: Secret(Array("secret".utf8)), cost: $0) })
        let permissions = try TokenPermissions(JSONParser.parse(Array(#"{"streams": ["view"]}"#.utf8)))
        try file.update { (document: inout AccountsDocument) throws(Never) in
            document.accounts = Caller.allCases.map {
                AccountRecord(
                    id: $0.accountID, login: $0.login, type: $0.type, description: "an account", password: password,
                    created: Self.now)
            }
            document.tokens = Caller.allCases.map {
                TokenRecord(
                    id: $0.tokenID, accountID: $0.accountID, description: "the first", permissions: permissions,
                    visibility: .account, expires: nil, created: Self.now)
            }
        }
    }

    deinit {
        for suffix in ["", ".lock", ".new"] { unlink("\(file.path)\(suffix)") }
    }

    func answer(
        _ method: HTTPCore.Method, _ resource: TokensResource, _ content: String = "", by caller: Caller = .user,
        query: String? = nil, contentType: String? = "application/json", kind: CredentialKind = .basic
    ) -> TokensAnswer {
        let principal = Principal(accountID: caller.accountID, accountType: caller.type, kind: kind)
        let request = TokensRequest(
            method: method, resource: resource, query: query.map { Array($0.utf8) },
            contentType: contentType.map { Array($0.utf8) }, content: Array(content.utf8), principal: principal)
        return TokensAPI.answer(request, store: FileStore(file), now: Self.now)
    }

    /// The token that a POST of `content` made: its id and its text.
    func create(_ content: String, by caller: Caller = .user) throws -> (id: UniqueID, token: String) {
        let node = try JSONParser.parse(answer(.post, .tokens, content, by: caller).content)
        let id = try #require(node["token_id"]?.string.flatMap { UniqueID($0) })
        return (id, try #require(node["token"]?.string))
    }

    func document() throws -> AccountsDocument {
        switch file.read() {
        case .usable(let document, _, _): return document
        case .unusable(let problems, _): throw Unusable(problems: problems)
        case .absent: throw Unusable(problems: [])
        }
    }

    func record(_ id: UniqueID) throws -> TokenRecord? { try document().tokens.first { $0.id == id } }

    /// The file's bytes.
    func bytes() throws -> [UInt8] {
        let descriptor = open(file.path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes.removeLast(bytes.count - read(descriptor, &bytes, bytes.count))
        return bytes
    }

    /// What a proxy makes of that token now.
    func decide(_ token: String) throws -> Decision {
        let authenticator = Authenticator(directory: AccountDirectory(try document()), allowsAccountHeader: false)
        let field = Array("Bearer \(token)".utf8)
        let step = authenticator.decide(
            head: field.span, authorization: 0..<field.count, accountHeader: nil, now: Self.now.unixSeconds * 1000)
        switch step {
        case .decided(let decision): return decision
        case .verify(let check): return authenticator.accept(check, check.run(), now: Self.now.unixSeconds * 1000)
        case .checkSignature, .ask: return .unavailable(.accountsUnreachable)
        }
    }
}

extension TokensAnswer {
    var json: JSONNode {
        get throws { try JSONParser.parse(content) }
    }

    var detail: String {
        get throws { try #require(json["detail"]?.string) }
    }
}
