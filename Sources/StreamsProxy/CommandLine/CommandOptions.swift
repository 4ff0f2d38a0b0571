/// The options of an `account`, `token` or `explain` command: `--login L` or `--login=L`, each once unless it may be
/// repeated.
struct CommandOptions {
    /// An option that a command takes.
    struct Option {
        enum Need { case required, optional, repeated }

        let name: String
        let need: Need
        /// A flag stands alone, like `--password-stdin`.
        let isFlag: Bool

        static func required(_ name: String, isFlag: Bool = false) -> Option {
            Option(name: name, need: .required, isFlag: isFlag)
        }

        static func optional(_ name: String, isFlag: Bool = false) -> Option {
            Option(name: name, need: .optional, isFlag: isFlag)
        }

        /// Taken as often as it is given.
        static func repeated(_ name: String) -> Option {
            Option(name: name, need: .repeated, isFlag: false)
        }
    }

    private var values: [String: [String]] = [:]

    /// `arguments` are those after the command's words. `--config` is taken by every command.
    init(_ arguments: ArraySlice<String>, _ own: [Option]) throws(UsageError) {
        let options = [.optional("--config")] + own
        var rest = arguments
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map(String.init) ?? ""
            guard let option = options.first(where: { $0.name == name }) else {
                throw Self.unknown(name, among: options.map(\.name))
            }
            guard values[name] == nil || option.need == .repeated else { throw UsageError("\(name) is given twice") }
            if option.isFlag {
                guard parts.count == 1 else { throw UsageError("\(name) takes no value") }
                values[name] = [""]
            } else {
                // An empty value is one: `--description ''`.
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw UsageError("\(name) needs a value")
                }
                values[name, default: []].append(value)
            }
        }
        for option in options {
            switch option.need {
            case .required: guard values[option.name] != nil else { throw UsageError("\(option.name) is missing") }
            case .optional, .repeated: break
            }
        }
    }

    /// The value of the option; nil where it is not given.
    subscript(_ name: String) -> String? { values[name]?.first }

    /// Every value of an option that may be repeated, in their order.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    func has(_ flag: String) -> Bool { values[flag] != nil }

    var settingsPath: String { self["--config"] ?? "config.json" }

    static func unknown(_ name: String, among known: [String]) -> UsageError {
        let hint = NearestName.of(name, among: known).map { "did you mean \($0)?" }
        let known = "known: \(known.joined(separator: ", "))"
        guard name.utf8.starts(with: "-".utf8) else {
            // Not shown: it may be a password that was put where every user of the machine could see it.
            return UsageError("an argument that belongs to no option; \(hint ?? known)")
        }
        return UsageError("unknown option \(Displayed.text(name)); \(hint ?? known)")
    }
}

/// Data that a command can't do anything with: exit code 65. `sentence` shows no secret.
struct DataRefusal: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}

/// Everything that ends an `account`, `token` or `explain` command early.
enum CommandFailure: Error {
    case usage(UsageError)
    case data(DataRefusal)
    /// The settings or the accounts file cannot be used.
    case settings(CommandResult)

    func result(command: String) -> CommandResult {
        switch self {
        case .usage(let error): error.result(command: command)
        case .data(let refusal):
            CommandResult(exitCode: 65, standardError: "streams-proxy \(command): \(refusal.sentence)\n")
        case .settings(let result): result
        }
    }
}
