package import HTTPCore

/// The command line, understood.
package struct DemoOptions: Sendable, Equatable {
    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port: UInt16 = 5160
    /// The account that gets some streams at the start.
    package var seedAccount: UniqueID?

    package static let usage = """
        usage: demo-luna-streams [--host ADDRESS] [--port NUMBER] [--seed-account UUID]

        A stand-in for Luna-Streams: streams in memory, previews drawn.

          --host ADDRESS        where to listen (127.0.0.1)
          --port NUMBER         0 lets the system choose (5160)
          --seed-account UUID   start with three streams of this account
        """

    /// A command line that cannot be followed, in words for the person who wrote it.
    package struct Problem: Error, Sendable, Equatable {
        package let text: String
    }

    package init() {}

    /// - Parameter arguments: without the program's name.
    package init(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard ["--host", "--port", "--seed-account"].contains(option) else {
                throw Problem(text: "no such option: \(option)")
            }
            guard let value = rest.popFirst() else { throw Problem(text: "\(option) needs a value") }
            switch option {
            case "--host": host = value
            case "--port":
                guard value.utf8.allSatisfy(ASCII.isDigit), let number = UInt16(value) else {
                    throw Problem(text: "--port needs a number from 0 to 65535, not '\(value)'")
                }
                port = number
            default:
                guard let id = UniqueID(value) else {
                    throw Problem(text: "--seed-account needs a UUID, not '\(value)'")
                }
                seedAccount = id
            }
        }
    }
}
