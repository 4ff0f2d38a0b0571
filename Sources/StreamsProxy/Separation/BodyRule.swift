package import HTTPCore

/// What the JSON content of creation and replacement may say of accounts: the outermost `account_id` is the caller's
/// own, or it is put there. This holds for everybody, since the wider view is one of reads. Nothing is serialised anew:
/// but for the member that is put in, Luna-Streams gets the client's own bytes.
package enum BodyRule {
    /// Bytes of content that are read before a decision: a stream takes a few thousand.
    package static let maximumLength = 1 << 20

    /// Whether the rule is for a request with this method on this route.
    package static func applies(to route: Route, _ method: Method) -> Bool {
        switch route {
        case .streams: method == .post
        case .stream: method == .put
        case .count, .logs, .live, .frame, .streamsVersion, .documentation, .streamsPlugins, .version, .health,
            .plugins, .metrics, .tokens, .token, .account, .plugin:
            false
        }
    }

    /// Whether the content of such a request is looked at: also that of a deletion of many, where it has any. What
    /// Luna-Streams makes of it is not known, so it may name no other account.
    package static func applies(to route: Route, _ method: Method, _ framing: ContentFraming) -> Bool {
        if method == .delete, route == .streams || route == .logs { return framing != .none }
        return applies(to: route, method)
    }

    /// `content` is all of it. A deletion's own account stands in its query; nothing is put into its content.
    package static func edit(
        _ content: Span<UInt8>, account: UniqueID, for method: Method = .post
    ) throws(SeparationRefusal) -> BodyEdit {
        if content.count > maximumLength { throw .contentTooLarge }
        let object: OutermostObject
        do throws(OutermostObject.Fault) {
            object = try OutermostObject(content)
        } catch {
            switch error {
            case .notAnObject: throw .notAnObject
            case .json(let fault): throw .invalidJSON(fault)
            }
        }
        switch object.account {
        case .absent where method == .delete: return .unchanged
        case .absent: return .inserting(account, at: object.start, isOnlyMember: object.isEmpty)
        case .text(account): return .unchanged
        case .text: throw .foreignAccount
        case .notString: throw .accountNotString
        }
    }
}

/// What becomes of a content on its way to Luna-Streams.
package enum BodyEdit: Sendable, Equatable {
    case unchanged
    /// `"account_id":"…"` comes at the offset, just behind the outermost object's brace.
    case inserting(UniqueID, at: Int, isOnlyMember: Bool)

    /// How many bytes the content grows by.
    package var growth: Int {
        switch self {
        case .unchanged: 0
        case .inserting(_, _, let isOnlyMember): 15 + UniqueID.textLength + (isOnlyMember ? 0 : 1)
        }
    }

    /// Writes the content that goes on.
    package func append(_ content: Span<UInt8>, to output: inout ByteBuffer) {
        switch self {
        case .unchanged: output.append(content)
        case .inserting(let account, let offset, let isOnlyMember):
            output.append(content, 0..<offset)
            output.append("\"account_id\":\"")
            output.append(account)
            output.append(isOnlyMember ? "\"" : "\",")
            output.append(content, offset..<content.count)
        }
    }
}
