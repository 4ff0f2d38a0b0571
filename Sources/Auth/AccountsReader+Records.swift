internal import HTTPCore
internal import JSON

/// One account or one token, from the object at hand.
extension AccountsReader {
    private static let accountNames = [
        "account_id", "login", "account_type", "description", "password", "create_time",
    ]
    private static let tokenNames = [
        "token_id", "account_id", "description", "permissions", "visibility_area", "expiration_time", "create_time",
    ]

    mutating func account(_ parser: inout JSONParser, _ place: RecordPlace) throws(JSONSyntaxError) -> AccountRecord? {
        let nodes = try fields(&parser, place, Self.accountNames)
        let id = id(nodes[0], place, ".account_id")
        let login = string(nodes[1], place, ".login")
        if let login, let fault = Login.fault(in: login), let node = nodes[1] {
            problem(place, ".login", node.offset, fault)
        }
        let type: AccountType? = word(nodes[2], place, ".account_type")
        let description = string(nodes[3], place, ".description")
        let password = password(nodes[4], place, ".password")
        let created = time(nodes[5], place, ".create_time")
        guard let id, let login, let type, let description, let created, let password else { return nil }
        return AccountRecord(
            id: id, login: login, type: type, description: description, password: password, created: created)
    }

    mutating func token(_ parser: inout JSONParser, _ place: RecordPlace) throws(JSONSyntaxError) -> TokenRecord? {
        var permissions: TokenPermissions?
        let nodes = try fields(&parser, place, Self.tokenNames) { (reader, parser, name) throws(JSONSyntaxError) in
            guard name == "permissions" else { return false }
            permissions = try reader.permissions(&parser, place)
            return true
        }
        let id = id(nodes[0], place, ".token_id")
        let accountID = self.id(nodes[1], place, ".account_id")
        let description = string(nodes[2], place, ".description")
        let visibility: Visibility? = word(nodes[4], place, ".visibility_area")
        var expires: Timestamp?
        if let node = nodes[5] {
            if case .null = node.value {} else { expires = time(node, place, ".expiration_time") }
        }
        let created = time(nodes[6], place, ".create_time")
        guard let id, let accountID, let description, let permissions, let visibility, let created else { return nil }
        return TokenRecord(
            id: id, accountID: accountID, description: description, permissions: permissions, visibility: visibility,
            expires: expires, created: created)
    }

    private mutating func password(_ node: JSONNode?, _ place: RecordPlace, _ path: String) -> PasswordHash? {
        guard let scrypt = members(node, ["scrypt"], place, path)[0] else { return nil }
        let nodes = members(scrypt, ["n", "r", "p", "salt", "hash"], place, "\(path).scrypt")
        guard let n = nodes[0], let r = nodes[1], let p = nodes[2], let salt = nodes[3], let hash = nodes[4] else {
            return nil
        }
        guard let n = n.integer, let r = r.integer, let p = p.integer, let cost = PasswordCost(n: n, r: r, p: p) else {
            problem(
                place, "\(path).scrypt", scrypt.offset,
                "n must be a power of two from 1024 to 65536, r from 1 to 16, p from 1 to 4, n·r at most 524288")
            return nil
        }
        guard let saltBytes = Self.decoded(salt), saltBytes.count == PasswordHash.saltLength else {
            problem(
                place, "\(path).scrypt.salt", salt.offset, "must be the base 64 of \(PasswordHash.saltLength) bytes")
            return nil
        }
        guard let hashBytes = Self.decoded(hash), hashBytes.count == PasswordHash.hashLength else {
            problem(
                place, "\(path).scrypt.hash", hash.offset, "must be the base 64 of \(PasswordHash.hashLength) bytes")
            return nil
        }
        return PasswordHash(cost: cost, salt: saltBytes, hash: hashBytes)
    }

    // MARK: - Values

    /// The members of an object that was read, in the order of `names`: all of them, and no other.
    private mutating func members(
        _ node: JSONNode?, _ names: [String], _ place: RecordPlace, _ path: String
    ) -> [JSONNode?] {
        guard let node else { return names.map { _ in nil } }
        guard let members = node.object else {
            problem(place, path, node.offset, "must be an object, not \(node.value.kind)")
            return names.map { _ in nil }
        }
        for member in members where !names.contains(where: member.isNamed) {
            problem(
                place, "\(path).\(member.name)", member.nameOffset,
                "no such name here; those are \(names.joined(separator: ", "))")
        }
        for name in names where node[name] == nil { problem(place, "\(path).\(name)", node.offset, "is missing") }
        return names.map { node[$0] }
    }

    private mutating func string(_ node: JSONNode?, _ place: RecordPlace, _ path: String) -> String? {
        guard let node else { return nil }
        guard let text = node.string else {
            problem(place, path, node.offset, "must be a string, not \(node.value.kind)")
            return nil
        }
        return text
    }

    private mutating func id(_ node: JSONNode?, _ place: RecordPlace, _ path: String) -> UniqueID? {
        value(node, place, path, "must be a UUID") { UniqueID($0) }
    }

    private mutating func time(_ node: JSONNode?, _ place: RecordPlace, _ path: String) -> Timestamp? {
        value(node, place, path, "must be a time of RFC 3339, like 2030-01-31T00:00:00Z") { Timestamp($0) }
    }

    private mutating func word<Word: RawRepresentable & CaseIterable>(
        _ node: JSONNode?, _ place: RecordPlace, _ path: String
    ) -> Word? where Word.RawValue == String {
        value(node, place, path, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") {
            Word(rawValue: $0)
        }
    }

    /// What a string is read as; nil, with a problem, where it is none or `read` can't make anything of it.
    private mutating func value<Value>(
        _ node: JSONNode?, _ place: RecordPlace, _ path: String, _ rule: @autoclosure () -> String,
        _ read: (String) -> Value?
    ) -> Value? {
        guard let node, let text = string(node, place, path) else { return nil }
        guard let value = read(text) else {
            problem(place, path, node.offset, rule())
            return nil
        }
        return value
    }
}
