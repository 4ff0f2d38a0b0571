internal import Auth
internal import JSON

extension TokenChanges {
    /// The options that change a token.
    static let options: [CommandOptions.Option] =
        [
            .optional("--expires"), .optional("--visibility-area"), .optional("--description"),
            .optional("--allow-past", isFlag: true),
        ]

    /// What the options of `token create` and `token update` say about a record.
    init(_ options: CommandOptions) throws(CommandFailure) {
        let visibility: Visibility?
        do {
            visibility = try AccountsCommand.word(options, "--visibility-area")
        } catch {
            throw .usage(error)
        }
        do throws(DataRefusal) {
            let permissions = try Self.permissions(options)
            let end = try Self.end(options)
            do throws(TokenChanges.Fault) {
                try self.init(
                    permissions: permissions, visibility: visibility, end: end, description: options["--description"],
                    earliest: options.has("--allow-past") ? nil : AccountsCommand.now)
            } catch {
                throw Self.refusal(error)
            }
        } catch {
            throw .data(error)
        }
    }

    private static func refusal(_ fault: TokenChanges.Fault) -> DataRefusal {
        fault.path == "expiration_time"
            ? DataRefusal("--expires \(fault.reason); --allow-past takes it all the same")
            : DataRefusal("--\(fault.path) \(fault.reason)")
    }

    private static func permissions(_ options: CommandOptions) throws(DataRefusal) -> TokenPermissions? {
        guard let text = options["--permissions"] else { return nil }
        let node: JSONNode
        do {
            node = try JSONParser.parse(Array(text.utf8), maximumDepth: permissionsDepth)
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
