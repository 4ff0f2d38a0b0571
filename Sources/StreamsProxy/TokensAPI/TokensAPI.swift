package import Auth
internal import HTTPCore
internal import JSON

/// `/6/tokens` and `/6/account`, as luna-api has them: an account looks after its own tokens, by Basic credentials.
///
/// | resource | method | does |
/// |---|---|---|
/// | `/6/tokens` | POST | makes a token: 201, `token_id`, `token` (shown only now), `url` |
/// | | GET | 200, a page of `tokens` in the order they were made, and `tokens_count`, which counts all |
/// | `/6/tokens/<token-id>` | GET | 200, the token's record |
/// | | PUT | 204, all of the record is as the content says; what it leaves out gets its default |
/// | | PATCH | 204, what the content names is as it says |
/// | | DELETE | 204, the token is no longer accepted |
/// | `/6/account` | GET | 200, the caller's account |
///
/// A running proxy follows within a second, this one as all others on the same store: by its feed. The
/// query parameter `grant_all_permissions` of luna-api is ignored, as are all that aren't known: it grants what is
/// standard in LUNA, and `streams` is not.
package enum TokensAPI {
    /// The most content of a request, in bytes; the connection need not collect more.
    package static let maximumContentSize = 1 << 20

    /// What the client would get, but for ids and tokens that are made anew. Nothing changes.
    static func rehearse(_ request: TokensRequest, store: any AccountsStore, now: Timestamp) -> TokensAnswer {
        answer(request, store, now) { change throws(AccountsStoreFailure) in try store.rehearse(change) }
    }

    /// What the client gets. A change outlives a power failure when this returns, so it may take as long as a disk does, and
    /// as whoever else makes changes, but for those at most `patience` milliseconds: never on a worker.
    package static func answer(
        _ request: TokensRequest, store: any AccountsStore, now: Timestamp, patience: Int = AccountsFile.patience
    ) -> TokensAnswer {
        answer(request, store, now) { change throws(AccountsStoreFailure) in
            try store.apply(change, patience: patience)
        }
    }

    private typealias Change = (AccountsChange) throws(AccountsStoreFailure) -> AccountsResult

    private static func answer(
        _ request: TokensRequest, _ store: any AccountsStore, _ now: Timestamp, _ change: Change
    ) -> TokensAnswer {
        answer(request) { () throws(TokensRefusal) in
            request.changes ? try changed(request, now, change) : try found(request, try directory(store))
        }
    }

    /// The answer to a request that changes nothing, from the accounts in memory. It takes as long as its content.
    package static func answer(_ request: TokensRequest, from directory: AccountDirectory) -> TokensAnswer {
        answer(request) { () throws(TokensRefusal) in try found(request, directory) }
    }

    private static func answer(
        _ request: TokensRequest, _ act: () throws(TokensRefusal) -> TokensAnswer
    ) -> TokensAnswer {
        do throws(TokensRefusal) {
            guard request.resource.methods.contains(MethodSet(request.method)) else {
                throw .wrongMethod(request.resource)
            }
            switch request.principal.kind {
            case .basic: break
            case .token, .accountHeader: throw .notBasic
            }
            return try act()
        } catch {
            return TokensAnswer(error)
        }
    }

    private static func found(
        _ request: TokensRequest, _ directory: AccountDirectory
    ) throws(TokensRefusal) -> TokensAnswer {
        let id = request.principal.accountID
        guard let account = directory.account(id), let count = directory.tokenCount(of: id) else {
            throw .edit(.noSuchAccount)
        }
        switch request.resource {
        case .tokens:
            let page = try TokensPage(query: request.query)
            let tokens = directory.tokens(of: id, page.range(in: count))
            return .found {
                $0.name("tokens")
                $0.array { for token in tokens { $0.object { $0.members(of: token) } } }
                $0.member("tokens_count", count)
            }
        case .token(let tokenID):
            guard let token = directory.token(tokenID, of: id) else { throw .edit(.noSuchToken) }
            return .found { $0.members(of: token) }
        case .account:
            return .found { $0.members(of: account) }
        }
    }

    private static func changed(
        _ request: TokensRequest, _ now: Timestamp, _ change: Change
    ) throws(TokensRefusal) -> TokensAnswer {
        let accountID = request.principal.accountID
        switch (request.resource, request.method) {
        case (.tokens, .post):
            let content = try TokenContent(request).replacement(now: now)
            let made = try make(.createToken(.random(), of: .id(accountID), content, now: now), change)
            return .created(made.id, token: made.token)
        case (.token(let id), .put), (.token(let id), .patch):
            let content = try TokenContent(request)
            let changes =
                request.method == .put ? try content.replacement(now: now) : try content.changes(now: now)
            _ = try make(.changeToken(id, of: .account(accountID), changes), change)
            return .done
        case (.token(let id), .delete):
            _ = try make(.deleteToken(id, of: .account(accountID)), change)
            return .done
        case (.tokens, _), (.token, _), (.account, _):
            throw .wrongMethod(request.resource)
        }
    }

    private static func make(
        _ what: AccountsChange, _ change: Change
    ) throws(TokensRefusal) -> AccountsResult {
        do throws(AccountsStoreFailure) {
            return try change(what)
        } catch {
            throw TokensRefusal(error)
        }
    }

    private static func directory(_ store: any AccountsStore) throws(TokensRefusal) -> AccountDirectory {
        let document: AccountsDocument?
        do throws(AccountsStoreFailure) {
            document = try store.contents().document
        } catch {
            throw TokensRefusal(error)
        }
        // As for a change: what is not there has no accounts.
        guard let document else { throw .edit(.noSuchAccount) }
        return AccountDirectory(document)
    }
}
