internal import HTTPCore
internal import JSON

/// Reads the text of an accounts file and collects everything that is wrong with it, not only the first.
///
/// It goes through the text record by record: of a file of many tokens there is never more in memory than the text, what
/// has become of it, and one record in pieces.
struct AccountsReader {
    private let text: [UInt8]
    private let file: String
    private var findings: [(offset: Int, path: String, reason: String)] = []
    private var count = 0
    /// Told where the file can be used.
    private(set) var warnings: [AccountsProblem] = []
    private var permissions: PermissionsPool

    /// More are counted and not told: somebody who deletes an account by hand leaves a problem in each of its tokens.
    static let problemLimit = 100

    /// The one version of the format.
    static let version = 1

    /// `permissions` that are in `pool` are not kept a second time.
    init(_ text: [UInt8], file: String, knowing pool: PermissionsPool = PermissionsPool()) {
        self.text = text
        self.file = file
        permissions = pool
    }

    /// What has been read, and where its records stand.
    private struct Content {
        var signingKey: SigningKey?
        var accounts: [AccountRecord] = []
        var accountPlaces: [RecordPlace] = []
        var tokens: [TokenRecord] = []
        var tokenPlaces: [RecordPlace] = []
    }

    /// Nil exactly where there are problems.
    mutating func document() -> AccountsDocument? {
        var parser = JSONParser(text)
        var content = Content()
        do throws(JSONSyntaxError) {
            try readRoot(&parser, &content)
            try parser.end()
        } catch {
            // What was wrong before that may come of it.
            (findings, count) = ([], 0)
            // Of a name that stands twice all else may be JSON.
            problem(.root, "", error.offset, error.first == nil ? "not JSON: \(error.reason)" : error.reason)
            return nil
        }
        checkReferences(content)
        guard count == 0, let signingKey = content.signingKey else { return nil }
        warn(of: content.tokens)
        return AccountsDocument(signingKey: signingKey, accounts: content.accounts, tokens: content.tokens)
    }

    private mutating func readRoot(_ parser: inout JSONParser, _ content: inout Content) throws(JSONSyntaxError) {
        let names = ["version", "signing_key", "accounts", "tokens"]
        _ = try fields(&parser, .root, names) { (reader, parser, name) throws(JSONSyntaxError) in
            switch name {
            case "accounts":
                try reader.elements(&parser, .accounts) { (reader, parser, place) throws(JSONSyntaxError) in
                    if let account = try reader.account(&parser, place) {
                        content.accounts.append(account)
                        content.accountPlaces.append(place)
                    }
                }
            case "tokens":
                try reader.elements(&parser, .tokens) { (reader, parser, place) throws(JSONSyntaxError) in
                    if let token = try reader.token(&parser, place) {
                        content.tokens.append(token)
                        content.tokenPlaces.append(place)
                    }
                }
            case "version":
                let node = try parser.node()
                if node.integer != Self.version {
                    reader.problem(.root, "version", node.offset, "must be \(Self.version), the only version there is")
                }
            default:
                content.signingKey = reader.signingKey(try parser.node())
            }
            return true
        }
    }

    private mutating func signingKey(_ node: JSONNode) -> SigningKey? {
        guard let key = Self.decoded(node).flatMap(SigningKey.init) else {
            problem(.root, "signing_key", node.offset, "must be the base 64 of \(SigningKey.length) bytes")
            return nil
        }
        return key
    }

    /// Logins and ids stand once, and a token belongs to somebody.
    private mutating func checkReferences(_ content: Content) {
        var ids: Set<UniqueID> = []
        var logins: Set<String> = []
        for (account, place) in zip(content.accounts, content.accountPlaces) {
            if !ids.insert(account.id).inserted {
                problem(place, ".account_id", place.offset, "is another account's too")
            }
            if !logins.insert(account.login).inserted {
                problem(place, ".login", place.offset, "is another account's too")
            }
        }
        var tokenIDs: Set<UniqueID> = []
        for (token, place) in zip(content.tokens, content.tokenPlaces) {
            if !tokenIDs.insert(token.id).inserted {
                problem(place, ".token_id", place.offset, "is another token's too")
            }
            if !ids.contains(token.accountID) {
                problem(place, ".account_id", place.offset, "no account has this id")
            }
        }
    }

    /// A file from before there was a bound is used all the same: its accounts must get in, to mend it.
    private mutating func warn(of tokens: [TokenRecord]) {
        for (id, size) in tokens.oversizedPermissions() {
            let text =
                "the permissions of account \(id)'s tokens take \(size) bytes, and may take \(PermissionsBound.ofAccount): "
                + "none can be added until there are fewer"
            warnings.append(AccountsProblem(.warning, file: file, text: text))
        }
    }

    // MARK: - Problems

    mutating func problem(_ place: RecordPlace, _ member: String, _ offset: Int, _ reason: @autoclosure () -> String) {
        count += 1
        if findings.count < Self.problemLimit { findings.append((offset, place.path + member, reason())) }
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

    // MARK: - Parts

    typealias Member =
        (inout AccountsReader, inout JSONParser, _ name: String) throws(JSONSyntaxError) -> Bool

    /// The values of the object at hand, in the order of `names`: all of them, and no other. What `own` reads itself, and
    /// says so by true, is not among them.
    mutating func fields(
        _ parser: inout JSONParser, _ place: RecordPlace, _ names: [String],
        own: Member = { _, _, _ in false }
    ) throws(JSONSyntaxError) -> [JSONNode?] {
        var values = [JSONNode?](repeating: nil, count: names.count)
        guard parser.next() == UInt8(ascii: "{") else {
            let node = try parser.node()
            problem(place, "", node.offset, "must be an object, not \(node.value.kind)")
            return values
        }
        let start = parser.offset()
        var isThere = [Bool](repeating: false, count: names.count)
        let prefix = place.memberPrefix
        try parser.object { (parser, name, offset) throws(JSONSyntaxError) in
            guard let index = names.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) else {
                problem(
                    place, "\(prefix)\(name)", offset, "no such name here; those are \(names.joined(separator: ", "))")
                _ = try parser.node()
                return
            }
            isThere[index] = true
            if try own(&self, &parser, names[index]) { return }
            values[index] = try parser.node()
        }
        for (name, isThere) in zip(names, isThere) where !isThere {
            problem(place, "\(prefix)\(name)", start, "is missing")
        }
        return values
    }

    private mutating func elements(
        _ parser: inout JSONParser, _ list: RecordPlace.List,
        _ element: (inout AccountsReader, inout JSONParser, RecordPlace) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard parser.next() == UInt8(ascii: "[") else {
            let node = try parser.node()
            problem(.root, list.rawValue, node.offset, "must be an array, not \(node.value.kind)")
            return
        }
        var index = 0
        try parser.array { (parser) throws(JSONSyntaxError) in
            try element(&self, &parser, RecordPlace(list, index, offset: parser.offset()))
            index += 1
        }
    }

    static func decoded(_ node: JSONNode) -> [UInt8]? {
        node.string.flatMap { Base64.decode($0, .standard) }
    }

    /// The `permissions` at hand. Of those that were read before nothing is read again.
    mutating func permissions(
        _ parser: inout JSONParser, _ place: RecordPlace
    ) throws(JSONSyntaxError) -> TokenPermissions? {
        if let bytes = parser.bracketed(), let known = permissions.find(bytes) {
            parser.pass(bytes)
            return known
        }
        let node = try parser.node()
        do throws(TokenPermissions.Fault) {
            return permissions.keep(try TokenPermissions(node), spelledAs: text[node.offset..<node.end])
        } catch {
            problem(place, ".permissions\(error.path)", error.offset, error.reason)
            return nil
        }
    }
}
