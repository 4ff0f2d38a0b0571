internal import Auth
internal import JSON

/// What one setting may be: the rule in words, and the same rule as code.
struct Setting<Value>: Sendable {
    /// Follows "found …; ".
    let rule: String
    /// Whether a value that breaks the rule may be shown. If not, its kind is.
    var isShown = true
    /// The value, or nil where it breaks the rule.
    let read: @Sendable (JSONNode) -> Value?

    func found(_ node: JSONNode) -> String { isShown ? Displayed.value(node) : node.value.kind }
}

extension Setting<Duration> {
    /// Kept to whole milliseconds, which is what the clocks here count in, and at least one: a wait of nothing would
    /// be read as no limit by some.
    static var seconds: Self {
        Setting(rule: "must be a number of seconds above 0, at most 86400") { node in
            guard let seconds = node.double, seconds > 0, seconds <= 86400 else { return nil }
            return .milliseconds(max(1, Int((seconds * 1000).rounded())))
        }
    }

    /// Kept to whole milliseconds; 0 stands for not at all.
    static var secondsOrNone: Self {
        Setting(rule: "must be a number of seconds from 0 to 86400") { node in
            guard let seconds = node.double, seconds >= 0, seconds <= 86400 else { return nil }
            return .milliseconds(Int((seconds * 1000).rounded(.up)))
        }
    }
}

extension Setting<Bool> {
    static var flag: Self {
        Setting(rule: "must be 0 or 1, false or true") { node in
            switch node.integer {
            case 0: false
            case 1: true
            case .none: node.bool
            case .some: nil
            }
        }
    }
}

extension Setting<Int> {
    /// Not 0: to some that means no content, to others no limit.
    static var byteCount: Self {
        Setting(rule: "must be a whole number of bytes from 1 to 1099511627776 (1 TiB)") { node in
            node.integer.flatMap { (1...1 << 40).contains($0) ? $0 : nil }
        }
    }

    static var cacheCapacity: Self {
        Setting(rule: "must be a whole number from 16 to 1048576") { node in
            node.integer.flatMap { (16...1 << 20).contains($0) ? $0 : nil }
        }
    }

    static var passwordLength: Self {
        let range = Login.passwordLengths
        return Setting(rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)") { node in
            node.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    static var apiVersion: Self {
        Setting(rule: "must be 1 or 2") { node in
            node.integer.flatMap { (1...2).contains($0) ? $0 : nil }
        }
    }
}

extension Setting<String> {
    static var string: Self { Setting(rule: "must be a string") { $0.string } }

    static var mount: Self {
        Setting(
            rule:
                "must be a path that starts with '/' and does not end in one, of letters, digits, '-', '.', '_' and '~'"
        ) { node in
            node.string.flatMap { PlainPath.isValid($0) ? $0 : nil }
        }
    }

    /// Not shown: luna-api's own setting of this name holds logins and tokens.
    static var accountsFile: Self {
        Setting(rule: "must be the path of the accounts file, and not of a folder", isShown: false) { node in
            guard let path = node.string, !path.isEmpty, path.utf8.count < 4096 else { return nil }
            return path.utf8.contains(0) || path.utf8.last == UInt8(ascii: "/") ? nil : path
        }
    }
}
