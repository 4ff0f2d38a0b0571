internal import HTTPCore
internal import JSON

/// Reads the text of an accounts file and collects everything that is wrong with it, not only the first.
struct AccountsReader {
    private let text: [UInt8]
    private let file: String
    private var findings: [(offset: Int, path: String, reason: String)] = []
    private var count = 0

    /// More are counted and not told: somebody who deletes an account by hand leaves a problem in each of its tokens.
    static let problemLimit = 100

    /// The one version of the format.
    static let version = 1

    init(_ text: [UInt8], file: String) {
        self.text = text
        self.file = file
    }

    /// Nil exactly where there are problems.
    mutating func document() -> AccountsDocument? {
        let root: JSONNode
        do {
            root = try JSONParser.parse(text)
        } catch {
            problem("", error.offset, "not JSON: \(error.reason)")
            return nil
        }
        let members = object(root, "", ["version", "signing_key", "accounts", "tokens"])
        if let version = members["version"], version.integer != Self.version {
            problem("version", version.offset, "must be \(Self.version), the only version there is")
        }
        let signingKey = signingKey(members["signing_key"])
        var accounts: [Placed<AccountRecord>] = []
        for (node, path) in elements(members["accounts"], "accounts") {
            if let account = account(node, path) { accounts.append(account) }
        }
        var tokens: [Placed<TokenRecord>] = []
        for (node, path) in elements(members["tokens"], "tokens") {
            if let token = token(node, path) { tokens.append(token) }
        }
        checkReferences(accounts, tokens)
        guard count == 0, let signingKey else { return nil }
        return AccountsDocument(
            signingKey: signingKey, accounts: accounts.map(\.record), tokens: tokens.map(\.record))
    }

    /// A record, and where it stands.
    private struct Placed<Record> {
        let record: Record
        let node: JSONNode
        let path: String
    }

    // MARK: - Records

    private mutating func signingKey(_ node: JSONNode?) -> SigningKey? {
        guard let node else { return nil }
        guard let key = Self.decoded(node).flatMap(SigningKey.init) else {
            problem("signing_key", node.offset, "must be the base 64 of \(SigningKey.length) bytes")
            return nil
        }
        return key
    }

    private mutating func account(_ node: JSONNode, _ path: String) -> Placed<AccountRecord>? {
        let names = ["account_id", "login", "account_type", "description", "password", "create_time"]
        let members = object(node, path, names)
        let id = id(members["account_id"], "\(path).account_id")
        let login = string(members["login"], "\(path).login")
        if let login, let fault = Login.fault(in: login), let node = members["login"] {
            problem("\(path).login", node.offset, fault)
        }
        let type: AccountType? = word(members["account_type"], "\(path).account_type")
        let description = string(members["description"], "\(path).description")
        let created = time(members["create_time"], "\(path).create_time")
        let password = password(members["password"], "\(path).password")
        guard let id, let login, let type, let description, let created, let password else { return nil }
        let record = AccountRecord(
            id: id, login: login, type: type, description: description, password: password, created: created)
        return Placed(record: record, node: node, path: path)
    }

    private mutating func password(_ node: JSONNode?, _ path: String) -> PasswordHash? {
        guard let node, let scrypt = object(node, path, ["scrypt"])["scrypt"] else { return nil }
        let members = object(scrypt, "\(path).scrypt", ["n", "r", "p", "salt", "hash"])
        guard let n = members["n"], let r = members["r"], let p = members["p"], let salt = members["salt"],
            let hash = members["hash"]
        else { return nil }
        guard let n = n.integer, let r = r.integer, let p = p.integer, let cost = PasswordCost(n: n, r: r, p: p) else {
            problem(
                "\(path).scrypt", scrypt.offset,
                "n must be a power of two from 1024 to 65536, r from 1 to 16, p from 1 to 4, n·r at most 524288")
            return nil
        }
        guard let saltBytes = Self.decoded(salt), saltBytes.count == PasswordHash.saltLength else {
            problem("\(path).scrypt.salt", salt.offset, "must be the base 64 of \(PasswordHash.saltLength) bytes")
            return nil
        }
        guard let hashBytes = Self.decoded(hash), hashBytes.count == PasswordHash.hashLength else {
            problem("\(path).scrypt.hash", hash.offset, "must be the base 64 of \(PasswordHash.hashLength) bytes")
            return nil
        }
        return PasswordHash(cost: cost, salt: saltBytes, hash: hashBytes)
    }

    private mutating func token(_ node: JSONNode, _ path: String) -> Placed<TokenRecord>? {
        let names = [
            "token_id", "account_id", "description", "permissions", "visibility_area", "expiration_time",
            "create_time",
        ]
        let members = object(node, path, names)
        let id = id(members["token_id"], "\(path).token_id")
        let accountID = self.id(members["account_id"], "\(path).account_id")
        let description = string(members["description"], "\(path).description")
        let visibility: Visibility? = word(members["visibility_area"], "\(path).visibility_area")
        let created = time(members["create_time"], "\(path).create_time")
        var permissions: TokenPermissions?
        if let node = members["permissions"] {
            do throws(TokenPermissions.Fault) {
                permissions = try TokenPermissions(node)
            } catch {
                problem("\(path).permissions\(error.path)", error.offset, error.reason)
            }
        }
        var expires: Timestamp?
        if let node = members["expiration_time"] {
            if case .null = node.value {} else { expires = time(node, "\(path).expiration_time") }
        }
        guard let id, let accountID, let description, let permissions, let visibility, let created else { return nil }
        let record = TokenRecord(
            id: id, accountID: accountID, description: description, permissions: permissions, visibility: visibility,
            expires: expires, created: created)
        return Placed(record: record, node: node, path: path)
    }

    /// Logins and ids stand once, and a token belongs to somebody.
    private mutating func checkReferences(_ accounts: [Placed<AccountRecord>], _ tokens: [Placed<TokenRecord>]) {
        var ids: Set<UniqueID> = []
        var logins: Set<String> = []
        for account in accounts {
            if !ids.insert(account.record.id).inserted {
                problem("\(account.path).account_id", account.node.offset, "is another account's too")
            }
            if !logins.insert(account.record.login).inserted {
                problem("\(account.path).login", account.node.offset, "is another account's too")
            }
        }
        var tokenIDs: Set<UniqueID> = []
        for token in tokens {
            if !tokenIDs.insert(token.record.id).inserted {
                problem("\(token.path).token_id", token.node.offset, "is another token's too")
            }
            if !ids.contains(token.record.accountID) {
                problem("\(token.path).account_id", token.node.offset, "no account has this id")
            }
        }
    }

    // MARK: - Values

    private mutating func problem(_ path: String, _ offset: Int, _ reason: @autoclosure () -> String) {
        count += 1
        if findings.count < Self.problemLimit { findings.append((offset, path, reason())) }
    }

    /// In the order of the file. Their positions are found in one walk through the text.
    var problems: [AccountsProblem] {
        let ordered = findings.sorted { $0.offset < $1.offset }
        let told = zip(ordered, TextPosition.all(of: ordered.map(\.offset), in: text)).map { finding, position in
            AccountsProblem(file: file, position: position, path: finding.path, text: finding.reason)
        }
        if count == told.count { return told }
        let rest = count - told.count
        return told + [AccountsProblem(file: file, text: "and \(rest) more problems", count: rest)]
    }

    /// The members by name: all of `names`, and no other.
    private mutating func object(_ node: JSONNode, _ path: String, _ names: [String]) -> [String: JSONNode] {
        guard let members = node.object else {
            problem(path, node.offset, "must be an object, not \(node.value.kind)")
            return [:]
        }
        let prefix = path.isEmpty ? "" : "\(path)."
        for member in members where !names.contains(member.name) {
            problem(
                "\(prefix)\(member.name)", member.nameOffset,
                "no such name here; those are \(names.joined(separator: ", "))")
        }
        var found: [String: JSONNode] = [:]
        for member in members { found[member.name] = member.node }
        for name in names where found[name] == nil { problem("\(prefix)\(name)", node.offset, "is missing") }
        return found
    }

    private mutating func elements(_ node: JSONNode?, _ path: String) -> [(node: JSONNode, path: String)] {
        guard let node else { return [] }
        guard let elements = node.array else {
            problem(path, node.offset, "must be an array, not \(node.value.kind)")
            return []
        }
        return elements.enumerated().map { ($0.element, "\(path)[\($0.offset)]") }
    }

    private mutating func string(_ node: JSONNode?, _ path: String) -> String? {
        guard let node else { return nil }
        guard let text = node.string else {
            problem(path, node.offset, "must be a string, not \(node.value.kind)")
            return nil
        }
        return text
    }

    private static func decoded(_ node: JSONNode) -> [UInt8]? {
        node.string.flatMap { Base64.decode($0, .standard) }
    }

    private mutating func id(_ node: JSONNode?, _ path: String) -> UniqueID? {
        guard let node, let text = string(node, path) else { return nil }
        guard let id = UniqueID(text) else {
            problem(path, node.offset, "must be a UUID")
            return nil
        }
        return id
    }

    private mutating func time(_ node: JSONNode?, _ path: String) -> Timestamp? {
        guard let node, let text = string(node, path) else { return nil }
        guard let time = Timestamp(text) else {
            problem(path, node.offset, "must be a time of RFC 3339, like 2030-01-31T00:00:00Z")
            return nil
        }
        return time
    }

    private mutating func word<Word: RawRepresentable & CaseIterable>(_ node: JSONNode?, _ path: String) -> Word?
    where Word.RawValue == String {
        guard let node, let text = string(node, path) else { return nil }
        guard let word = Word(rawValue: text) else {
            problem(path, node.offset, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return word
    }
}
