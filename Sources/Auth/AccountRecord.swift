package import HTTPCore
package import JSON

/// One account of the accounts file.
package struct AccountRecord: Sendable, Equatable {
    package let id: UniqueID
    package let login: String
    package var type: AccountType
    package var description: String
    package var password: PasswordHash
    package let created: Timestamp

    package init(
        id: UniqueID, login: String, type: AccountType, description: String, password: PasswordHash, created: Timestamp
    ) {
        self.id = id
        self.login = login
        self.type = type
        self.description = description
        self.password = password
        self.created = created
    }
}

/// One token of the accounts file: what it permits. The token itself is a signed text that only its owner has.
package struct TokenRecord: Sendable, Equatable {
    package let id: UniqueID
    package let accountID: UniqueID
    package var description: String
    package var permissions: TokenPermissions
    package var visibility: Visibility
    /// `expiration_time`: no longer valid from then on. Nil where it never ends.
    package var expires: Timestamp?
    package let created: Timestamp

    package init(
        id: UniqueID, accountID: UniqueID, description: String, permissions: TokenPermissions, visibility: Visibility,
        expires: Timestamp?, created: Timestamp
    ) {
        self.id = id
        self.accountID = accountID
        self.description = description
        self.permissions = permissions
        self.visibility = visibility
        self.expires = expires
        self.created = created
    }
}

/// A token's `permissions`: an object whose `streams` is ours; all its other keys are other services' and are kept as
/// they were given.
package struct TokenPermissions: Sendable, Equatable {
    /// The object as JSON on one line, its numbers as they were written. Bytes, since as a tree they would take sixty
    /// times as much memory.
    package let text: [UInt8]
    /// The verbs under `streams`; none where that is absent.
    package let streams: VerbSet

    /// An object without keys: permits nothing.
    package static let none = TokenPermissions(text: Array("{}".utf8), streams: [])

    private init(text: [UInt8], streams: VerbSet) {
        self.text = text
        self.streams = streams
    }

    /// Why something is no `permissions`, and where in it.
    package struct Fault: Error, Sendable, Equatable {
        /// The JSON path below `permissions`: empty, or like `.streams[2]`.
        package let path: String
        package let offset: Int
        package let reason: String
    }

    package init(_ node: JSONNode) throws(Fault) {
        guard node.object != nil else {
            throw Fault(path: "", offset: node.offset, reason: "must be an object, not \(node.value.kind)")
        }
        var writer = JSONWriter()
        writer.value(node)
        // Grown by doubling: kept as long as the token is, so no longer than it has to be.
        text = writer.bytes.withUnsafeBytes { Array($0) }
        guard let streams = node["streams"] else {
            self.streams = []
            return
        }
        let allowed = Verb.allCases.map(\.name).joined(separator: ", ")
        guard let names = streams.array else {
            throw Fault(
                path: ".streams", offset: streams.offset,
                reason: "must be an array of verbs (\(allowed)), not \(streams.value.kind)")
        }
        var verbs: VerbSet = []
        for (index, name) in names.enumerated() {
            guard let text = name.string, let verb = Verb(name: text) else {
                throw Fault(
                    path: ".streams[\(index)]", offset: name.offset,
                    reason: "is no verb; those are \(allowed)")
            }
            verbs.insert(VerbSet(verb))
        }
        self.streams = verbs
    }
}
