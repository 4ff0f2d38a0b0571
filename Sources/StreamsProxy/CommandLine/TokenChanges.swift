internal import Auth
internal import JSON

/// What the options of `token create` and `token update` say about a record.
struct TokenChanges {
    enum End {
        case kept
        case never
        case at(Timestamp)
    }

    let permissions: TokenPermissions?
    let visibility: Visibility?
    let end: End
    let description: String?
    /// Whether there is nothing to change.
    let isEmpty: Bool

    init(_ options: CommandOptions) throws(CommandFailure) {
        do {
            visibility = try AccountsCommand.word(options, "--visibility-area")
        } catch {
            throw .usage(error)
        }
        do throws(DataRefusal) {
            permissions = try Self.permissions(options)
            end = try Self.end(options)
            description = try AccountsCommand.description(options)
        } catch {
            throw .data(error)
        }
        isEmpty =
            ["--permissions", "--expires", "--visibility-area", "--description"].allSatisfy { options[$0] == nil }
    }

    func apply(to record: inout TokenRecord, of account: AccountRecord) throws(DataRefusal) {
        if visibility == .all, !account.type.readsAllAccounts {
            throw DataRefusal("--visibility-area all is only for accounts of type advanced_user and admin")
        }
        record.permissions = permissions ?? record.permissions
        record.visibility = visibility ?? record.visibility
        record.description = description ?? record.description
        switch end {
        case .kept: break
        case .never: record.expires = nil
        case .at(let time): record.expires = time
        }
    }

    private static func permissions(_ options: CommandOptions) throws(DataRefusal) -> TokenPermissions? {
        guard let text = options["--permissions"] else { return nil }
        let node: JSONNode
        do {
            node = try JSONParser.parse(Array(text.utf8))
        } catch {
            throw DataRefusal("--permissions is not JSON: \(error.reason), at byte \(error.offset)")
        }
        do {
            return try TokenPermissions(node)
        } catch {
            throw DataRefusal("--permissions\(error.path) \(error.reason)")
        }
    }

    private static func end(_ options: CommandOptions) throws(DataRefusal) -> End {
        guard let text = options["--expires"] else { return .kept }
        if text == "never" { return .never }
        guard let time = Timestamp(text) else {
            throw DataRefusal("--expires must be a time of RFC 3339, like 2030-01-31T00:00:00Z, or never")
        }
        return .at(time)
    }
}
