import HTTPCore
import JSON
import StreamsProxy

/// JSON contents of creation and replacement: what passes names the caller's account once, outermost, as the full
/// parser of JSON reads it, and is else as it was.
enum BodyTarget {
    private static let account = ForwardedReading.account

    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let method = input.choice(of: [Method.post, .put, .delete])
        let content = input.bytes
        if method == .delete {
            try checkDeletion(content)
            return
        }
        let parsed = Result { () throws(JSONSyntaxError) in try JSONParser.parse(content) }
        let edit: BodyEdit
        do throws(SeparationRefusal) {
            edit = try BodyRule.edit(content.span, account: account, for: method)
        } catch {
            try checkRefusal(error, parsed)
            return
        }
        let output = [UInt8](writing: { edit.append(content.span, to: &$0) })
        try require(output.count == content.count + edit.growth, "it grows by another length")
        try checkAgain(output, method)
        let before: JSONNode
        switch parsed {
        case .success(let node): before = node
        case .failure(let error):
            // The full parser alone looks for names that stand twice deeper inside.
            try require(
                error.reason.hasSuffix("stands twice in one object"), "no JSON, but let through: \(error.reason)")
            return
        }
        try compare(before, output)
    }

    /// A deletion of many has no content, whatever it says.
    private static func checkDeletion(_ content: [UInt8]) throws(Finding) {
        let passes: Bool
        do throws(SeparationRefusal) {
            passes = try BodyRule.edit(content.span, account: account, for: .delete) == .unchanged
        } catch {
            passes = false
            try require(error == .unexpectedContent, "no refusal of a deletion's content: \(error)")
        }
        try require(passes == content.isEmpty, "a deletion's content passes, or none does not")
    }

    private static func checkAgain(_ output: [UInt8], _ method: Method) throws(Finding) {
        let again: BodyEdit
        do throws(SeparationRefusal) {
            again = try BodyRule.edit(output.span, account: account, for: method)
        } catch {
            throw Finding("refused after the edit: \(error)")
        }
        try require(again == .unchanged, "edited twice")
    }

    private static func compare(_ before: JSONNode, _ output: [UInt8]) throws(Finding) {
        let after: JSONNode
        do throws(JSONSyntaxError) {
            after = try JSONParser.parse(output)
        } catch {
            throw Finding("no JSON after the edit: \(error.reason)")
        }
        guard let members = after.object, let earlier = before.object else {
            throw Finding("no object, but let through")
        }
        let named = members.filter { $0.isNamed("account_id") }
        let accounts = named.map { $0.node.string.flatMap { UniqueID($0) } }
        try require(accounts == [account], "the account is not named once")
        let others = members.filter { !$0.isNamed("account_id") }.map { Array($0.name.utf8) }
        try require(others == earlier.filter { !$0.isNamed("account_id") }.map { Array($0.name.utf8) }, "other members")
    }

    private static func checkRefusal(
        _ refusal: SeparationRefusal, _ parsed: Result<JSONNode, JSONSyntaxError>
    ) throws(Finding) {
        guard case .success(let node) = parsed else { return }
        let accounts = node.object?.filter { $0.isNamed("account_id") } ?? []
        switch refusal {
        case .notAnObject: try require(node.object == nil, "it is an object")
        case .accountNotString: try require(accounts.contains { $0.node.string == nil }, "the account is a string")
        case .foreignAccount:
            try require(accounts.contains { $0.node.string?.lowercased() != account.description }, "it is the caller's")
        case .invalidJSON(.tooManyMembers): try require((node.object?.count ?? 0) > 1024, "not too many members")
        case .invalidJSON(let fault): throw Finding("refused for \(fault), by rights JSON")
        case .contentTooLarge, .contentType, .streamNotFound, .semicolonInQuery, .repeatedParameter,
            .unreadableParameter, .unexpectedContent, .unknownOwner:
            throw Finding("no refusal of a content: \(refusal)")
        }
    }
}
