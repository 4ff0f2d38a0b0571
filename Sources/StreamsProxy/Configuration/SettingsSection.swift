internal import JSON

/// One object of the settings file while it is read. Every name asked for is a known name; what is left over at the
/// end is unknown, so the list of names can't fall behind the code.
struct SettingsSection {
    /// From the outermost object; empty for that one itself.
    let path: String
    /// Where the object's brace stands.
    let offset: Int
    private let members: [JSONMember]
    /// Where in `members` each name is. By bytes, as `JSONMember.isNamed` compares.
    private let places: [[UInt8]: Int]
    private var known: [String] = []
    private var knownBytes: Set<[UInt8]> = []

    private init(path: String, offset: Int, members: [JSONMember]) {
        self.path = path
        self.offset = offset
        self.members = members
        places = Dictionary(
            members.enumerated().map { (Array($0.element.name.utf8), $0.offset) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The object that `node` is. Anything else is a problem, and nil.
    init?(_ node: JSONNode, path: String, _ problems: inout SettingsProblems) {
        guard let members = node.object else {
            problems.add(at: node.offset, path: path, found: Displayed.value(node), rule: "must be an object")
            return nil
        }
        self.init(path: path, offset: node.offset, members: members)
    }

    func path(of name: String) -> String { Displayed.path(path, name) }

    func contains(_ name: String) -> Bool { places[Array(name.utf8)] != nil }

    /// The value of that name as it stands.
    mutating func node(_ name: String) -> JSONNode? {
        let bytes = Array(name.utf8)
        if knownBytes.insert(bytes).inserted { known.append(name) }
        return places[bytes].map { members[$0].node }
    }

    /// The value of that name where there is one that keeps the setting's rule.
    mutating func value<Value>(
        _ name: String, _ setting: Setting<Value>, _ problems: inout SettingsProblems
    ) -> Value? {
        guard let node = node(name) else { return nil }
        guard let value = setting.read(node) else {
            let hint = Self.isQuoted(node, setting) ? "; write it without quotes" : ""
            problems.add(
                at: node.offset, path: path(of: name), found: setting.found(node), rule: "\(setting.rule)\(hint)")
            return nil
        }
        return value
    }

    /// Whether a number or a flag would be right but for the quotes around it.
    private static func isQuoted<Value>(_ node: JSONNode, _ setting: Setting<Value>) -> Bool {
        guard let text = node.string else { return false }
        do throws(JSONSyntaxError) {
            return setting.read(try JSONParser.parse(Array(text.utf8), maximumDepth: 1)) != nil
        } catch {
            return false
        }
    }

    /// The object of that name. Where there is none and `need` says what for, that is a problem.
    mutating func section(
        _ name: String, neededFor need: String? = nil, _ problems: inout SettingsProblems
    ) -> SettingsSection? {
        guard let node = node(name) else {
            if let need { addMissing(name, need, &problems) }
            return nil
        }
        return SettingsSection(node, path: path(of: name), &problems)
    }

    func addMissing(_ name: String, _ need: String, _ problems: inout SettingsProblems) {
        problems.add(at: offset, path: path(of: name), rule: "missing; \(need)")
    }

    /// The last step of reading a section. `elsewhere` has words for names that people look for here.
    func refuseUnknownNames(
        _ problems: inout SettingsProblems, elsewhere: (_ name: String) -> String? = { _ in nil }
    ) {
        for member in members where !knownBytes.contains(Array(member.name.utf8)) {
            let rule = elsewhere(member.name) ?? "unknown setting\(hint(member.name).map { "; \($0)" } ?? "")"
            problems.add(at: member.nameOffset, path: path(of: member.name), rule: rule)
        }
    }

    private func hint(_ name: String) -> String? {
        if let nearest = NearestName.of(name, among: known) { return "did you mean \"\(nearest)\"?" }
        switch known.count {
        case 0: return nil
        case 1...Self.listed: return "known here: \(known.joined(separator: ", "))"
        default: return "README.md lists all settings"
        }
    }

    /// A list of more names is not read.
    private static let listed = 8
}
