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
/// A running proxy follows within a second, this one as all others on the same file: through `AccountsFileWatch`. The
/// query parameter `grant_all_permissions` of luna-api is ignored, as are all that aren't known: it grants what is
/// standard in LUNA, and `streams` is not.
package enum TokensAPI {
    /// The most content of a request, in bytes; the connection need not collect more.
    package static let maximumContentSize = 1 << 20

    /// Whether a change is made, or only tried on a copy of what the file holds.
    private enum Purpose {
        /// And where the accounts as they are then are to be found; and how many milliseconds others may take.
        case change(AccountsBoard?, patience: Int)
        case rehearsal
    }

    /// What the client would get, but for ids and tokens that are made anew. Nothing changes.
    static func rehearse(_ request: TokensRequest, file: AccountsFile, now: Timestamp) -> TokensAnswer {
        answer(request, file, now, .rehearsal)
    }

    /// What the client gets. A change is on the disk, synchronised, when this returns, so it may take as long as a disk
    /// does, and as whoever else changes the file: never on a worker.
    package static func answer(
        _ request: TokensRequest, file: AccountsFile, board: AccountsBoard? = nil, now: Timestamp,
        patience: Int = AccountsFile.patience
    ) -> TokensAnswer {
        answer(request, file, now, .change(board, patience: patience))
    }

    private static func answer(
        _ request: TokensRequest, _ file: AccountsFile, _ now: Timestamp, _ purpose: Purpose
    ) -> TokensAnswer {
        answer(request) { () throws(TokensRefusal) in
            guard request.changes else { return try found(request, try directory(file)) }
            return try changed(request, file, now, purpose)
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
        _ request: TokensRequest, _ file: AccountsFile, _ now: Timestamp, _ purpose: Purpose
    ) throws(TokensRefusal) -> TokensAnswer {
        let accountID = request.principal.accountID
        switch (request.resource, request.method) {
        case (.tokens, .post):
            let changes = try TokenContent(request).replacement(now: now)
            let (id, token) = try edit(file, purpose) { document throws(TokenFault) in
                try document.createToken(of: accountID, changes, now: now)
            }
            return .created(id, token: token)
        case (.token(let id), .put), (.token(let id), .patch):
            let content = try TokenContent(request)
            let changes =
                request.method == .put ? try content.replacement(now: now) : try content.changes(now: now)
            try edit(file, purpose) { document throws(TokenFault) in
                try document.changeToken(id, of: .account(accountID), changes)
            }
            return .done
        case (.token(let id), .delete):
            try edit(file, purpose) { document throws(TokenFault) in
                try document.deleteToken(id, of: .account(accountID))
            }
            return .done
        case (.tokens, _), (.token, _), (.account, _):
            throw .wrongMethod(request.resource)
        }
    }

    /// As for a change: no file is one without accounts.
    private static func directory(_ file: AccountsFile) throws(TokensRefusal) -> AccountDirectory {
        switch file.read() {
        case .usable(let document, _, warnings: _): return AccountDirectory(document)
        case .unusable(let problems, _): throw .file(problems)
        case .absent: throw .edit(.noSuchAccount)
        }
    }

    private static func edit<Result>(
        _ file: AccountsFile, _ purpose: Purpose, _ edit: (inout AccountsDocument) throws(TokenFault) -> Result
    ) throws(TokensRefusal) -> Result {
        do throws(AccountsFile.UpdateFailure<TokenFault>) {
            switch purpose {
            case .change(let board, let patience):
                return try file.update(knowing: board?.current, patience: patience, edit) { document in
                    board?.post(AccountDirectory(document, replacing: board?.current))
                }
            case .rehearsal: return try rehearse(file, edit)
            }
        } catch {
            switch error {
            case .problems(let problems): throw .file(problems)
            case .busy: throw .busy
            case .refused(let fault): throw .edit(fault)
            }
        }
    }

    private static func rehearse<Result>(
        _ file: AccountsFile, _ edit: (inout AccountsDocument) throws(TokenFault) -> Result
    ) throws(AccountsFile.UpdateFailure<TokenFault>) -> Result {
        var copy: AccountsDocument
        switch file.read() {
        case .usable(let document, _, warnings: _): copy = document
        case .unusable(let problems, _): throw .problems(problems)
        case .absent: copy = AccountsDocument(signingKey: .random())
        }
        do throws(TokenFault) {
            return try edit(&copy)
        } catch {
            throw .refused(error)
        }
    }
}
