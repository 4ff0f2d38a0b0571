import Auth
import HTTPCore

/// Texts that a store must keep as they are.
let storeTexts = [
    "", "plain", "\"quoted\" \\ 'single' ; --", "Zeilen\nund\tTabs", "\u{1F600} e\u{301} \u{202E}x", "NULL",
]

let accountCases: [StoreCase] = creationCases + takenCases + editCases + deletionCases

private let newID = StoreWorld.nobody

private func create(_ id: UniqueID, _ login: String, _ type: AccountType = .user, _ text: String = "") -> AccountsChange
{
    .createAccount(StoreWorld.record(id, login, type, description: text))
}

private func created(_ name: String, _ login: String, _ type: AccountType = .user, _ text: String = "") -> StoreCase {
    .done(name, create(newID, login, type, text), newID) {
        $0.accounts.append(StoreWorld.record(newID, login, type, description: text))
    }
}

private let creationCases: [StoreCase] = typeCases + textCases + loginCases

private let typeCases: [StoreCase] = StoreWorld.types.map { (type: AccountType) -> StoreCase in
    created("an account of type \(type)", "new@example.com", type)
}

private let textCases: [StoreCase] = storeTexts.enumerated().map { (number, text) -> StoreCase in
    created("an account described by text \(number)", "new@example.com", .user, text)
}

private let loginCases: [StoreCase] = [
    "USER@example.com", "user@example.co", "quote'\"@example.com", "ünï@example.com", "a%b_c@example.com",
].map { (login: String) -> StoreCase in created("an account with the login \(login)", login) }

private let takenCases: [StoreCase] =
    (0..<3).flatMap { (number: Int) -> [StoreCase] in
        let (login, id) = (StoreWorld.login(number), StoreWorld.account(number))
        return [
            .refused("login \(number) is taken", create(newID, login), .loginTaken(login)),
            .refused("account id \(number) is taken", create(id, "new@example.com"), .accountIDTaken(id)),
            .refused("login and id \(number) are taken", create(id, login), .loginTaken(login)),
            .done(
                "login \(number) is free again", after: [.deleteAccount(login: login)], create(newID, login), newID
            ) {
                $0.remove(account: id)
                $0.accounts.append(StoreWorld.record(newID, login, .user, description: ""))
            },
            .done(
                "account id \(number) is free again", after: [.deleteAccount(login: login)],
                create(id, "new@example.com"), id
            ) {
                $0.remove(account: id)
                $0.accounts.append(StoreWorld.record(id, "new@example.com", .user, description: ""))
            },
        ]
    }

private func edited(_ name: String, _ number: Int, _ edit: AccountEdit) -> StoreCase {
    .done(name, .updateAccount(login: StoreWorld.login(number), edit), StoreWorld.account(number)) {
        if let type = edit.type { $0.accounts[number].type = type }
        if let description = edit.description { $0.accounts[number].description = description }
        if let password = edit.password { $0.accounts[number].password = password }
    }
}

private let editCases: [StoreCase] = promotedCases + describedCases + otherEditCases + unknownCases

private let promotedCases: [StoreCase] = (0..<3).flatMap { (number: Int) -> [StoreCase] in
    StoreWorld.types.map { edited("account \(number) becomes \($0)", number, AccountEdit(type: $0)) }
}

private let describedCases: [StoreCase] = storeTexts.enumerated().map { (number, text) -> StoreCase in
    edited("an account is described anew by text \(number)", 1, AccountEdit(description: text))
}

private let otherEditCases: [StoreCase] = [
    edited("a password changes", 0, AccountEdit(password: StoreWorld.otherPassword)),
    edited(
        "all of an account changes", 2,
        AccountEdit(type: .user, description: "x", password: StoreWorld.otherPassword)),
    edited("nothing of an account changes", 2, AccountEdit()),
]

private let unknownCases: [StoreCase] = ["", "User@example.com", "user@example.com ", "nobody"].map {
    (login: String) -> StoreCase in
    .refused(
        "no account \(login) to change", .updateAccount(login: login, AccountEdit(type: .admin)), .noSuchLogin(login))
}

private let deletionCases: [StoreCase] = goneAccountCases + afterwardsCases

private let goneAccountCases: [StoreCase] =
    (0..<3).map { (number: Int) -> StoreCase in
        .done(
            "account \(number) is deleted", .deleteAccount(login: StoreWorld.login(number)), StoreWorld.account(number)
        ) { $0.remove(account: StoreWorld.account(number)) }
    }

private let afterwardsCases: [StoreCase] = [
    .refused("no account to delete", .deleteAccount(login: "nobody"), .noSuchLogin("nobody")),
    .refused(
        "an account is deleted once", after: [.deleteAccount(login: StoreWorld.login(0))],
        .deleteAccount(login: StoreWorld.login(0)), .noSuchLogin(StoreWorld.login(0))),
    .refused(
        "a deleted account's token is gone", after: [.deleteAccount(login: StoreWorld.login(0))],
        .deleteToken(StoreWorld.token(0), of: .anybody), .noSuchToken),
    .refused(
        "a deleted account has no tokens", after: [.deleteAccount(login: StoreWorld.login(0))],
        .deleteToken(StoreWorld.token(0), of: .account(StoreWorld.account(0))), .noSuchAccount),
    .refused(
        "a deleted account gets no token", after: [.deleteAccount(login: StoreWorld.login(0))],
        .createToken(
            StoreWorld.newToken, of: .id(StoreWorld.account(0)), StoreWorld.changes("{}"), now: StoreWorld.now),
        .noSuchAccount),
]
