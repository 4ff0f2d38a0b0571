internal import HTTPCore

/// Passwords that wait to be hashed, in three lines with room of their own: those that were right lately, which nobody can
/// feign; those of networks that have sent few wrong ones; all others. Each line is fair among networks, addresses and,
/// of one address, logins. So a stranger can take the place of strangers only, and who has guessed only of such.
struct PasswordQueue {
    struct Entry {
        let check: PasswordCheck
        let network: ClientNetwork

        /// What the login is called here.
        var login: UInt64 { UInt64(bitPattern: Int64(check.login.hashValue)) }
    }

    enum Line: Int {
        case known, stranger, guesser
    }

    /// Who comes next; a line where nobody waits is passed over.
    private static let turns: [Line] = [.known, .stranger, .known, .guesser, .known, .stranger, .known]

    private var lines: [FairQueue<Entry>]
    private var turn = 0
    /// How many strangers wait by login: the guesses of many networks at one login must not fill their line.
    private var strangers: [UInt64: Int] = [:]
    private let shareOfLogin: Int

    /// `limit` for each line, a quarter of it for those who guess.
    init(limit: Int) {
        lines = [limit, limit, (limit + 3) / 4].map { FairQueue(capacity: $0) }
        shareOfLogin = max(8, limit / 8)
    }

    var count: Int { lines.reduce(0) { $0 + $1.count } }

    mutating func append(_ entry: Entry, in wanted: Line) -> FairQueue<Entry>.Admission {
        let login = entry.login
        let isCrowded = wanted == .stranger && strangers[login, default: 0] >= shareOfLogin
        let line = isCrowded ? .guesser : wanted
        let admission = lines[line.rawValue].append(entry, of: entry.network.tiers + [login])
        if line == .stranger {
            switch admission {
            case .full: return admission
            case .taken: break
            case .displacing(let other): left(other)
            }
            strangers[login, default: 0] += 1
        }
        return admission
    }

    mutating func popFirst() -> Entry? {
        for _ in Self.turns {
            let line = Self.turns[turn]
            turn = (turn + 1) % Self.turns.count
            guard let entry = lines[line.rawValue].popFirst() else { continue }
            if line == .stranger { left(entry) }
            return entry
        }
        return nil
    }

    private mutating func left(_ entry: Entry) {
        let login = entry.login
        guard let count = strangers[login] else { return }
        strangers[login] = count > 1 ? count - 1 : nil
    }
}
