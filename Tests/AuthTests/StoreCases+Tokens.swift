import Auth
import HTTPCore

let tokenCases: [StoreCase] = madeCases + unmadeCases + changedCases + unchangedCases + removedCases

private let now = StoreWorld.now
private let user = StoreWorld.account(0)

private func make(
    _ changes: TokenChanges, of owner: AccountName = .id(user), _ id: UniqueID = StoreWorld.newToken
) -> AccountsChange {
    .createToken(id, of: owner, changes, now: now)
}

private func made(_ name: String, _ changes: TokenChanges, of owner: AccountName, _ account: Int) -> StoreCase {
    .done(name, make(changes, of: owner), StoreWorld.newToken) {
        let expires: Timestamp? = if case .at(let time) = changes.end { time } else { nil }
        $0.tokens.append(
            TokenRecord(
                id: StoreWorld.newToken, accountID: StoreWorld.account(account), description: changes.description ?? "",
                permissions: changes.permissions ?? .none, visibility: changes.visibility ?? .account, expires: expires,
                created: now))
    }
}

/// Permissions that a store must keep as they are.
private let permissionTexts = [
    "{}", #"{"streams": []}"#, #"{"streams": ["creation", "view", "modification", "deletion"]}"#,
    #"{"faces": ["view"], "n": [1.50, 1e40, -0, {"a": null}]}"#, #"{"\u00fc \ud83d\ude00": "'\";--"}"#,
    "{\"x\": \(String(repeating: "[", count: 30))\(String(repeating: "]", count: 30))}",
    "{\"x\": \"\(String(repeating: "y", count: TokenChanges.permissionsSize - 8))\"}",
]

private let madeCases: [StoreCase] = ownerCases + wideCases + permissionsCases + descriptionCases + endCases

private let ownerCases: [StoreCase] = (0..<3).flatMap { (number: Int) -> [StoreCase] in
    let changes = StoreWorld.changes("{}")
    return [
        made("a token for account \(number) by id", changes, of: .id(StoreWorld.account(number)), number),
        made("a token for account \(number) by login", changes, of: .login(StoreWorld.login(number)), number),
    ]
}

private let wideCases: [StoreCase] = (1..<3).map { (number: Int) -> StoreCase in
    let changes = StoreWorld.changes("{}", .all)
    return made("a wide token for account \(number)", changes, of: .id(StoreWorld.account(number)), number)
}

private let permissionsCases: [StoreCase] = permissionTexts.enumerated().map { (number, text) -> StoreCase in
    made("a token with permissions \(number)", StoreWorld.changes(text), of: .id(user), 0)
}

private let descriptionCases: [StoreCase] = storeTexts.enumerated().map { (number, text) -> StoreCase in
    made("a token described by text \(number)", StoreWorld.changes("{}", description: text), of: .id(user), 0)
}

private let endCases: [StoreCase] = [
    ("never", TokenChanges.End.never), ("now", .at(now)), ("at the end of times", end("9999-12-31T23:59:59Z")),
    ("long ago", end("1600-02-29T00:00:00Z")),
].map { (name: String, end: TokenChanges.End) -> StoreCase in
    made("a token that ends \(name)", StoreWorld.changes("{}", nil, end), of: .id(user), 0)
}

private func end(_ text: String) -> TokenChanges.End { Timestamp(text).map { .at($0) } ?? .never }

private let unmadeCases: [StoreCase] = [
    .refused("a user gets no wide token", make(StoreWorld.changes("{}", .all)), .wideAreaNotAllowed),
    .refused("nobody's token, by id", make(StoreWorld.changes("{}"), of: .id(StoreWorld.nobody)), .noSuchAccount),
    .refused("nobody's token, by login", make(StoreWorld.changes("{}"), of: .login("no")), .noSuchLogin("no")),
    .refused("a token's id is taken", make(StoreWorld.changes("{}"), StoreWorld.token(0)), .tokenIDTaken),
    .refused("a token's id is another's", make(StoreWorld.changes("{}"), StoreWorld.token(1)), .tokenIDTaken),
    .refused(
        "a token is made once", after: [make(StoreWorld.changes("{}"))], make(StoreWorld.changes("{}")), .tokenIDTaken),
    .refused(
        "who was an admin gets no wide token",
        after: [.updateAccount(login: StoreWorld.login(2), AccountEdit(type: .user))],
        make(StoreWorld.changes("{}", .all), of: .login(StoreWorld.login(2))), .wideAreaNotAllowed),
]

private let changedCases: [StoreCase] = memberCases + [demotedCase]

private let memberCases: [StoreCase] =
    [TokenOwner.anybody, .account(StoreWorld.account(1))].flatMap { (owner: TokenOwner) -> [StoreCase] in
        let by = if case .anybody = owner { "anybody" } else { "its owner" }
        let token = StoreWorld.token(1, 1)
        func changed(_ name: String, _ changes: TokenChanges) -> StoreCase {
            .done("a token's \(name), by \(by)", .changeToken(token, of: owner, changes), token) {
                let index = $0.index(token)
                if let permissions = changes.permissions { $0.tokens[index].permissions = permissions }
                if let visibility = changes.visibility { $0.tokens[index].visibility = visibility }
                if let description = changes.description { $0.tokens[index].description = description }
                switch changes.end {
                case .kept: break
                case .never: $0.tokens[index].expires = nil
                case .at(let time): $0.tokens[index].expires = time
                }
            }
        }
        return [
            changed("permissions", StoreWorld.changes(#"{"streams": ["deletion"]}"#)),
            changed("area", StoreWorld.changes(nil, .all)), changed("end", StoreWorld.changes(nil, nil, .at(now))),
            changed("endlessness", StoreWorld.changes(nil, nil, .never)),
            changed("description", StoreWorld.changes(description: "\u{1F600}")),
            changed("whole record", StoreWorld.changes("{}", .all, .at(now), description: "")),
            changed("nothing", StoreWorld.changes()),
        ]
    }

private let demotedCase = StoreCase.done(
    "a wide token of who was an admin keeps its area",
    after: [
        .changeToken(StoreWorld.token(2), of: .anybody, StoreWorld.changes(nil, .all)),
        .updateAccount(login: StoreWorld.login(2), AccountEdit(type: .user)),
    ], .changeToken(StoreWorld.token(2), of: .anybody, StoreWorld.changes(description: "x")), StoreWorld.token(2)
) {
    $0.accounts[2].type = .user
    let index = $0.index(StoreWorld.token(2))
    $0.tokens[index].visibility = .all
    $0.tokens[index].description = "x"
}

private let unchangedCases: [StoreCase] = [
    .refused(
        "another's token is none", .changeToken(StoreWorld.token(1), of: .account(user), StoreWorld.changes("{}")),
        .noSuchToken),
    .refused(
        "no token to change", .changeToken(StoreWorld.newToken, of: .anybody, StoreWorld.changes("{}")), .noSuchToken),
    .refused(
        "no token of the owner to change",
        .changeToken(StoreWorld.newToken, of: .account(user), StoreWorld.changes("{}")), .noSuchToken),
    .refused(
        "nobody changes a token",
        .changeToken(StoreWorld.token(0), of: .account(StoreWorld.nobody), StoreWorld.changes("{}")), .noSuchAccount),
    .refused(
        "a user's token becomes no wide one",
        .changeToken(StoreWorld.token(0), of: .account(user), StoreWorld.changes(nil, .all)), .wideAreaNotAllowed),
    .refused(
        "not by the operator either",
        .changeToken(StoreWorld.token(0), of: .anybody, StoreWorld.changes("{}", .all, .never)), .wideAreaNotAllowed),
]

private let removedCases: [StoreCase] = goneCases + keptCases

private let goneCases: [StoreCase] =
    (0..<3).flatMap { (number: Int) -> [StoreCase] in
        let token = StoreWorld.token(number, 1)
        return [
            .done("token \(number) is deleted", .deleteToken(token, of: .anybody), token) { $0.remove(token: token) },
            .done(
                "token \(number) is deleted by its owner",
                .deleteToken(token, of: .account(StoreWorld.account(number))),
                token
            ) { $0.remove(token: token) },
        ]
    }

private let keptCases: [StoreCase] = [
    .refused("another's token is not deleted", .deleteToken(StoreWorld.token(1), of: .account(user)), .noSuchToken),
    .refused("no token to delete", .deleteToken(StoreWorld.newToken, of: .anybody), .noSuchToken),
    .refused(
        "nobody deletes a token", .deleteToken(StoreWorld.token(1), of: .account(StoreWorld.nobody)), .noSuchAccount
    ),
    .refused(
        "a token is deleted once", after: [.deleteToken(StoreWorld.token(0), of: .anybody)],
        .deleteToken(StoreWorld.token(0), of: .anybody), .noSuchToken),
    .done(
        "a token's id is free again", after: [.deleteToken(StoreWorld.token(0), of: .anybody)],
        make(StoreWorld.changes("{}"), of: .id(StoreWorld.account(1)), StoreWorld.token(0)), StoreWorld.token(0)
    ) {
        $0.remove(token: StoreWorld.token(0))
        $0.tokens.append(
            TokenRecord(
                id: StoreWorld.token(0), accountID: StoreWorld.account(1), description: "", permissions: .none,
                visibility: .account, expires: nil, created: now))
    },
]
