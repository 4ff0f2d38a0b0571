internal import Auth
internal import HTTPCore
internal import JSON

/// The content of a request that makes or changes a token: an object of `description`, `expiration_time`,
/// `visibility_area` and `permissions`, and of nothing else.
struct TokenContent {
    private static let names = ["description", "expiration_time", "visibility_area", "permissions"]

    private let node: JSONNode

    init(_ request: TokensRequest) throws(TokensRefusal) {
        guard let type = request.contentType, ContentTypeRule.isJSON(type.span, 0..<type.count) else {
            throw .notJSONType
        }
        guard request.content.count <= TokensAPI.maximumContentSize else { throw .contentTooLarge }
        do {
            // `permissions` stands one deep.
            node = try JSONParser.parse(request.content, maximumDepth: TokenChanges.permissionsDepth + 1)
        } catch {
            throw .notJSON("\(error.reason), at \(TextPosition(offset: error.offset, in: request.content))")
        }
        guard let members = node.object else {
            throw .invalid(path: "", message: "must be an object, not \(node.value.kind)")
        }
        for member in members where !Self.names.contains(where: member.isNamed) {
            throw .invalid(
                path: Displayed.path("", member.name),
                message: "no such member here; those are \(Self.names.joined(separator: ", "))")
        }
    }

    /// What the content names.
    func changes(now: Timestamp) throws(TokensRefusal) -> TokenChanges {
        do throws(TokenChanges.Fault) {
            return try TokenChanges(
                permissions: permissions(), visibility: visibility(), end: end(), description: string("description"),
                earliest: now)
        } catch {
            throw .invalid(path: error.path, message: error.reason)
        }
    }

    /// A whole record: a member that is missing has its default, but `permissions`, which has none.
    func replacement(now: Timestamp) throws(TokensRefusal) -> TokenChanges {
        guard node["permissions"] != nil else { throw .invalid(path: "permissions", message: "is missing") }
        return try changes(now: now).withDefaults
    }

    private func permissions() throws(TokenChanges.Fault) -> TokenPermissions? {
        guard let node = node["permissions"] else { return nil }
        do {
            return try TokenPermissions(node)
        } catch {
            throw TokenChanges.Fault("permissions\(error.path)", error.reason)
        }
    }

    private func visibility() throws(TokenChanges.Fault) -> Visibility? {
        guard let text = try string("visibility_area") else { return nil }
        guard let visibility = Visibility(rawValue: text) else {
            let known = Visibility.allCases.map(\.rawValue).joined(separator: ", ")
            throw TokenChanges.Fault("visibility_area", "must be one of \(known)")
        }
        return visibility
    }

    private func end() throws(TokenChanges.Fault) -> TokenChanges.End {
        guard let node = node["expiration_time"] else { return .kept }
        if case .null = node.value { return .never }
        guard let time = node.string.flatMap({ Timestamp($0) }) else {
            throw TokenChanges.Fault(
                "expiration_time", "must be a time of RFC 3339, like 2030-01-31T00:00:00Z, or null")
        }
        return .at(time)
    }

    private func string(_ name: String) throws(TokenChanges.Fault) -> String? {
        guard let node = node[name] else { return nil }
        guard let text = node.string else {
            throw TokenChanges.Fault(name, "must be a string, not \(node.value.kind)")
        }
        return text
    }
}
