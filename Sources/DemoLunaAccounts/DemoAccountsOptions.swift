/// The command line, understood.
package struct DemoAccountsOptions: Sendable, Equatable {
    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port: UInt16 = 5170
    /// The file with the accounts.
    package var accountsPath = ""
    /// Milliseconds before each answer.
    package var delay = 0
    /// After so many questions every further one is answered with 500; nil: never.
    package var failAfter: Int?

    package static let usage = """
        usage: demo-luna-accounts --accounts FILE [--host ADDRESS] [--port NUMBER] [--delay MS] [--fail-after NUMBER]

        A stand-in for Luna-Accounts: POST /1/verifier tells whose a credential is, GET /questions how often it was asked.

          --accounts FILE       the accounts and tokens, as JSON
          --host ADDRESS        where to listen (127.0.0.1)
          --port NUMBER         0 lets the system choose (5170)
          --delay MS            think that long before each answer (0)
          --fail-after NUMBER   answer so many questions, and then with 500 only

        The file: {"accounts": [{"account_id": UUID, "login": TEXT, "password": TEXT, "account_type": TYPE, "tokens": [
          {"token": TEXT, "token_id": UUID, "permissions": OBJECT, "visibility_area": TEXT, "expiration_time": RFC3339}]}]}
        """

    /// A command line that cannot be followed, in words for the person who wrote it.
    package struct Problem: Error, Sendable, Equatable {
        package let text: String
    }

    /// - Parameter arguments: without the program's name.
    package init(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard ["--accounts", "--host", "--port", "--delay", "--fail-after"].contains(option) else {
                throw Problem(text: "no such option: \(option)")
            }
            guard let value = rest.popFirst() else { throw Problem(text: "\(option) needs a value") }
            switch option {
            case "--accounts": accountsPath = value
            case "--host": host = value
            case "--port":
                guard let number = UInt16(value) else {
                    throw Problem(text: "--port needs a number from 0 to 65535, not '\(value)'")
                }
                port = number
            case "--delay": delay = try Self.count(option, value, 3_600_000)
            default: failAfter = try Self.count(option, value, .max)
            }
        }
        if accountsPath.isEmpty { throw Problem(text: "--accounts is missing") }
    }

    private static func count(_ option: String, _ value: String, _ maximum: Int) throws(Problem) -> Int {
        guard let number = Int(value), (0...maximum).contains(number) else {
            throw Problem(text: "\(option) needs a number, not '\(value)'")
        }
        return number
    }
}
