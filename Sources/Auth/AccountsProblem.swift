package import JSON

/// Something that is wrong with the accounts file, in words for the operator. Never shows a secret of the file.
package struct AccountsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Severity: Sendable, Equatable {
        /// The file is not used.
        case error
        /// The file is used all the same.
        case warning
    }

    package let severity: Severity
    package let file: String
    /// Nil where the trouble is the file as a whole.
    package let position: TextPosition?
    /// The JSON path, like `accounts[1].login`; empty where none is to blame.
    package let path: String
    package let text: String
    /// The system refuses: nothing is known to be wrong with what stands in the file.
    package let isSystems: Bool
    /// How many problems there are where this stands for those that are not told.
    package let count: Int

    package init(
        _ severity: Severity = .error, file: String, position: TextPosition? = nil, path: String = "", text: String,
        isSystems: Bool = false, count: Int = 1
    ) {
        self.severity = severity
        self.file = file
        self.position = position
        self.path = path
        self.text = text
        self.isSystems = isSystems
        self.count = count
    }

    /// `accounts.json:3:7: accounts[1].login: must be …`
    package var description: String {
        let place = position.map { "\(file):\($0)" } ?? file
        return [place, path, text].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
