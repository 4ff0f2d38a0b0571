import Auth
import HTTPCore
import JSON
import Testing

/// One change of the accounts of a `StoreWorld`, and what must come of it in any store.
struct StoreCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        case refused(AccountsFault)
        /// The id that comes back, and what is different then.
        case done(UniqueID, @Sendable (inout AccountsDocument) -> Void)
    }

    let name: String
    /// Made before, and well.
    let before: [AccountsChange]
    let change: AccountsChange
    let outcome: Outcome

    var testDescription: String { name }

    static func refused(
        _ name: String, after before: [AccountsChange] = [], _ change: AccountsChange, _ fault: AccountsFault
    ) -> StoreCase {
        StoreCase(name: name, before: before, change: change, outcome: .refused(fault))
    }

    static func done(
        _ name: String, after before: [AccountsChange] = [], _ change: AccountsChange, _ id: UniqueID,
        _ difference: @escaping @Sendable (inout AccountsDocument) -> Void
    ) -> StoreCase {
        StoreCase(name: name, before: before, change: change, outcome: .done(id, difference))
    }
}

/// The accounts that cases begin with: one of each type, each with two tokens.
enum StoreWorld {
    static let now = Timestamp(unixSeconds: 1_767_225_600)
    static let types: [AccountType] = [.user, .advancedUser, .admin]
    static let nobody = UniqueID(high: 0x1111_1111_1111_4111, low: 0x8111_1111_1111_11FF)
    static let newToken = UniqueID(high: 0x2222_2222_2222_4222, low: 0x8222_2222_2222_22FF)

    static func account(_ number: Int) -> UniqueID {
        UniqueID(high: 0x1111_1111_1111_4111, low: 0x8111_1111_1111_1100 | UInt64(number))
    }
    static func login(_ number: Int) -> String { "\(types[number].rawValue)@example.com" }
    static func token(_ account: Int, _ number: Int = 0) -> UniqueID {
        UniqueID(high: 0x2222_2222_2222_4222, low: 0x8222_2222_2222_2200 | UInt64(account << 4 | number))
    }

    static let document: AccountsDocument = {
        var document = AccountsDocument(signingKey: .random())
        for (number, type) in types.enumerated() {
            document.accounts.append(record(account(number), login(number), type))
            for index in 0..<2 {
                document.tokens.append(
                    TokenRecord(
                        id: token(number, index), accountID: account(number), description: "token \(index)",
                        permissions: permissions(#"{"streams": ["view"]}"#), visibility: .account, expires: nil,
                        created: now))
            }
        }
        return document
    }()

    static func record(
        _ id: UniqueID, _ login: String, _ type: AccountType, description: String = "an account"
    ) -> AccountRecord {
        AccountRecord(
            id: id, login: login, type: type, description: description, password: Realm.passwordHash, created: now)
    }

    static let otherPassword = PasswordHash(of: Secret(Array("another".utf8)), cost: .test)!

    static func permissions(_ text: String) -> TokenPermissions {
        // As requests are read: one deeper than permissions may be.
        guard let node = try? JSONParser.parse(Array(text.utf8), maximumDepth: TokenChanges.permissionsDepth),
            let permissions = try? TokenPermissions(node)
        else { preconditionFailure("\(text) are no permissions") }
        return permissions
    }

    static func changes(
        _ permissions: String? = nil, _ visibility: Visibility? = nil, _ end: TokenChanges.End = .kept,
        description: String? = nil
    ) -> TokenChanges {
        guard
            let changes = try? TokenChanges(
                permissions: permissions.map(Self.permissions), visibility: visibility, end: end,
                description: description, earliest: nil)
        else { preconditionFailure("no changes") }
        return changes
    }
}

extension AccountsDocument {
    /// The positions of a token and an account of the world.
    func index(_ token: UniqueID) -> Int { tokens.firstIndex { $0.id == token } ?? -1 }

    mutating func remove(token: UniqueID) { tokens.removeAll { $0.id == token } }

    mutating func remove(account: UniqueID) {
        accounts.removeAll { $0.id == account }
        tokens.removeAll { $0.accountID == account }
    }
}
