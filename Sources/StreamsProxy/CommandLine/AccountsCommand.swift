internal import Auth
internal import Glibc
internal import JSON

/// Where the accounts file is, as the settings say.
package enum AccountsFileLocation: Sendable {
    case found(path: String, passwordMinimum: Int = Configuration.defaultPasswordMinimum)
    /// The settings can't be used: what to print instead, and the exit code.
    case failed(CommandResult)
}

/// What `account` and `token` commands work with, and what is common to them.
package struct AccountsCommand {
    /// From the path of the settings file to that of the accounts file.
    package typealias Lookup = (_ settingsPath: String) -> AccountsFileLocation

    private let lookup: Lookup
    private let form: ListForm

    /// `form` is that of lists, unless `--json` is given.
    package init(_ form: ListForm = .json, lookup: @escaping Lookup) {
        self.lookup = lookup
        self.form = form
    }

    /// A list in the form that is wanted: members of JSON, or the table's text.
    func list(
        _ options: CommandOptions, warnings: String, _ members: (inout JSONWriter) -> Void, table: () -> String
    ) -> CommandResult {
        switch options.has("--json") ? .json : form {
        case .json: Self.answer(warnings: warnings, members)
        case .table: CommandResult(exitCode: 0, standardOutput: table(), standardError: warnings)
        }
    }

    private func file(_ options: CommandOptions) throws(CommandFailure) -> AccountsFile {
        switch lookup(options.settingsPath) {
        case .found(let path, _): return AccountsFile(path: path)
        case .failed(let result): throw .settings(result)
        }
    }

    /// `PASSWORD_MINIMUM_LENGTH`.
    func passwordMinimum(_ options: CommandOptions) throws(CommandFailure) -> Int {
        switch lookup(options.settingsPath) {
        case .found(_, let minimum): return minimum
        case .failed(let result): throw .settings(result)
        }
    }

    /// What is kept; nothing where there is nothing yet.
    func read(
        _ options: CommandOptions
    ) throws(CommandFailure) -> (accounts: [AccountRecord], tokens: [TokenRecord], warnings: String) {
        let file = try file(options)
        do throws(AccountsStoreFailure) {
            let contents = try FileStore(file).contents()
            return (
                contents.document?.accounts ?? [], contents.document?.tokens ?? [],
                contents.warnings.map { "\($0)\n" }.joined()
            )
        } catch {
            throw Self.failure(error, file)
        }
    }

    @discardableResult
    func apply(_ options: CommandOptions, _ change: AccountsChange) throws(CommandFailure) -> AccountsResult {
        let file = try file(options)
        do throws(AccountsStoreFailure) {
            return try FileStore(file).apply(change)
        } catch {
            throw Self.failure(error, file)
        }
    }

    private static func failure(_ failure: AccountsStoreFailure, _ file: AccountsFile) -> CommandFailure {
        switch failure {
        case .problems(let problems): return .settings(ProblemLines(problems).result)
        case .busy:
            let text = "another process has been changing it for \(AccountsFile.patience / 1000) s; try again"
            return .settings(ProblemLines([AccountsProblem(file: file.path, text: text, isSystems: true)]).result)
        case .refused(let fault): return .data(DataRefusal(fault))
        }
    }

    static var now: Timestamp { Timestamp(unixSeconds: Int64(time(nil))) }

    /// One line of JSON: an object with those members.
    static func answer(warnings: String = "", _ members: (inout JSONWriter) -> Void) -> CommandResult {
        var writer = JSONWriter()
        writer.object(members)
        return CommandResult(exitCode: 0, standardOutput: writer.text + "\n", standardError: warnings)
    }

    /// The word of an option as one of a few.
    static func word<Word: RawRepresentable & CaseIterable>(
        _ options: CommandOptions, _ name: String
    ) throws(UsageError) -> Word? where Word.RawValue == String {
        guard let value = options[name] else { return nil }
        guard let word = Word(rawValue: value) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(name): found \(Displayed.quoted(value)); must be one of \(known)")
        }
        return word
    }
}

/// What a command reads a password from.
package enum StandardInput {
    /// All that is there, up to a bound that no password comes near.
    package static func read() -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 16 {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count == -1, errno == EINTR { continue }
            // An input that cannot be read is an empty one: too short for a password, and refused as that.
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
