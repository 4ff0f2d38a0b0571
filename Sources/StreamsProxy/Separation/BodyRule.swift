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

    /// Whether a request has no content on this route: filters stand in its query. What Luna-Streams would make of content
    /// is not known, and it might take it in their place.
    package static func refusesContent(of route: Route, _ method: Method) -> Bool {
        switch route {
        case .streams, .count, .logs: method != .post
        case .stream, .live, .frame, .streamsVersion, .documentation, .streamsPlugins, .version, .health, .plugins,
            .metrics, .tokens, .token, .account, .plugin:
            false
        }
    }

    /// Whether the content of such a request is looked at. Of content in chunks only its end tells that there is none.
    package static func applies(to route: Route, _ method: Method, _ framing: ContentFraming) -> Bool {
        applies(to: route, method) || framing == .chunked && refusesContent(of: route, method)
    }

    /// `content` is all of it.
    package static func edit(
        _ content: Span<UInt8>, account: UniqueID, for method: Method = .post
    ) throws(SeparationRefusal) -> BodyEdit {
        guard method == .post || method == .put else {
            if content.isEmpty { return .unchanged }
            throw .unexpectedContent
        }
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
