/// What is to become of a token's record, whoever says so: the options of a command or the content of a request.
package struct TokenChanges: Sendable {
    package enum End: Sendable {
        case kept
        case never
        case at(Timestamp)
    }

    /// Nil where they stay.
    package let permissions: TokenPermissions?
    package let visibility: Visibility?
    package let end: End
    package let description: String?

    /// LUNA's limit, in characters.
    package static let descriptionLength = 128
    /// In bytes, as the accounts file has them. All tokens stand in that one file, so none may be of any size.
    package static let permissionsSize = 8192
    /// Brackets within brackets. The file nests them deeper than a request does, and must still be read.
    package static let permissionsDepth = 32

    /// A value that no record may have.
    package struct Fault: Error {
        /// The JSON path, like `permissions.streams[2]`.
        package let path: String
        package let reason: String

        package init(_ path: String, _ reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// `permissions` come from a text that was read with a maximum depth to suit `permissionsDepth`. An end before
    /// `earliest` is refused: nobody means a token that never works.
    package init(
        permissions: TokenPermissions?, visibility: Visibility?, end: End, description: String?, earliest: Timestamp?
    ) throws(Fault) {
        if case .at(let time) = end, let earliest, time <= earliest {
            throw Fault("expiration_time", "is in the past")
        }
        if let description, description.unicodeScalars.count > Self.descriptionLength {
            throw Fault("description", "has more than \(Self.descriptionLength) characters")
        }
        if let permissions, permissions.text.count > Self.permissionsSize {
            throw Fault("permissions", "take more than \(Self.permissionsSize) bytes")
        }
        self.init(checked: permissions, visibility, end, description)
    }

    private init(
        checked permissions: TokenPermissions?, _ visibility: Visibility?, _ end: End, _ description: String?
    ) {
        self.permissions = permissions
        self.visibility = visibility
        self.end = end
        self.description = description
    }

    /// These, and the default of everything else but the permissions.
    package var withDefaults: TokenChanges {
        let end: End =
            switch end {
            case .kept, .never: .never
            case .at: self.end
            }
        return TokenChanges(checked: permissions, visibility ?? .account, end, description ?? "")
    }

    func apply(to record: inout TokenRecord, of account: AccountRecord) throws(AccountsFault) {
        if visibility == .all, !account.type.readsAllAccounts { throw .wideAreaNotAllowed }
        record.permissions = permissions ?? record.permissions
        record.visibility = visibility ?? record.visibility
        record.description = description ?? record.description
        switch end {
        case .kept: break
        case .never: record.expires = nil
        case .at(let time): record.expires = time
        }
    }
}
