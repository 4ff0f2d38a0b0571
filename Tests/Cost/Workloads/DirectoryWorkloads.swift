import Auth
import HTTPCore
import JSON

/// What one change of the accounts costs, however many there are.
let directoryWorkloads = [
    Workload("one change of a large directory", 60_000, isFlat: true) { count in
        let directory = AccountDirectory(signingKey: .random(), SampleDirectory.tables(count, accounts: count / 100))
        let (account, token) = (SampleDirectory.account(7), SampleDirectory.token(count, account: 7))
        return {
            let made = directory.following([.token(token)])
            let gone = made.following([.tokenGone(SampleDirectory.token(count / 2, account: 0).id)])
            let other = gone.following([.account(account)])
            return other.tokenCount == count && gone.accountsChanged(since: made)?.count == 1 ? count : 0
        }
    },
    Workload("a large directory", 2000) { count in
        { SampleDirectory.tables(count, accounts: 20) as AccountTables? == nil ? 0 : count }
    },
]

/// Accounts and tokens by their numbers.
enum SampleDirectory {
    static func tables(_ count: Int, accounts: Int) -> AccountTables {
        var tables = AccountTables()
        for number in 0..<accounts { tables.put(account(number)) }
        for number in 0..<count { tables.put(token(number, account: number % accounts)) }
        return tables
    }

    static func account(_ number: Int) -> AccountRecord {
        AccountRecord(
            id: accountID(number), login: "login\(number)@example.com", type: .user, description: "", password: hash,
            created: Timestamp(unixSeconds: 0))
    }

    static func accountID(_ number: Int) -> UniqueID { UniqueID(randomHigh: mixed(number), randomLow: 1) }

    static func token(_ number: Int, account: Int) -> TokenRecord {
        TokenRecord(
            id: UniqueID(randomHigh: mixed(number), randomLow: mixed(~number)), accountID: accountID(account),
            description: "", permissions: permissions[number % permissions.count], visibility: .account, expires: nil,
            created: Timestamp(unixSeconds: 0))
    }

    /// As random as an id, and the same for the same number.
    private static func mixed(_ number: Int) -> UInt64 {
        var mixed = UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    private static let permissions = (0..<50).map { number in
        guard let node = try? JSONParser.parse(Array("{\"streams\": [\"view\"], \"n\": \(number)}".utf8)),
            let permissions = try? TokenPermissions(node)
        else { fatalError("no permissions") }
        return permissions
    }

    /// The cheapest there may be.
    private static let hash: PasswordHash = {
        guard let cost = PasswordCost(n: 1024, r: 1, p: 1), let hash = PasswordHash(of: Secret([1]), cost: cost) else {
            fatalError("no hash")
        }
        return hash
    }()
}
