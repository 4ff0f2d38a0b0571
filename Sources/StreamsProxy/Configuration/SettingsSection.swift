internal import JSON

/// One object of the settings file while it is read. Every name asked for is a known name; what is left over at the
/// end is unknown, so the list of names can't fall behind the code.
struct SettingsSection {
    /// From the outermost object; empty for that one itself.
    let path: String
    /// Where the object's brace stands.
    let offset: Int
    private let members: [JSONMember]
    private var known: [String] = []

    private init(path: String, offset: Int, members: [JSONMember]) {
        self.path = path
        self.offset = offset
        self.members = members
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

    func contains(_ name: String) -> Bool { members.contains { $0.isNamed(name) } }

    /// The value of that name as it stands.
    mutating func node(_ name: String) -> JSONNode? {
        known.append(name)
        return members.first { $0.isNamed(name) }?.node
    }

    /// The value of that name where there is one that keeps the setting's rule.
    mutating func value<Value>(
        _ name: String, _ setting: Setting<Value>, _ problems: inout SettingsProblems
    ) -> Value? {
        guard let node = node(name) else { return nil }
        guard let value = setting.read(node) else {
            problems.add(at: node.offset, path: path(of: name), found: setting.found(node), rule: setting.rule)
            return nil
        }
        return value
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

    /// The last step of reading a section.
    func refuseUnknownNames(_ problems: inout SettingsProblems) {
        for member in members where !known.contains(where: member.isNamed) {
            let hint =
                if let nearest = NearestName.of(member.name, among: known) {
                    "did you mean \"\(nearest)\"?"
                } else {
                    "known here: \(known.joined(separator: ", "))"
                }
            problems.add(at: member.nameOffset, path: path(of: member.name), rule: "unknown setting; \(hint)")
        }
    }
}
