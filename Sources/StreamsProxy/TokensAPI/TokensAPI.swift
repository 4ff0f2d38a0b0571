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
        case change, rehearsal
    }

    /// What the client would get, but for ids and tokens that are made anew. Nothing changes.
    static func rehearse(_ request: TokensRequest, file: AccountsFile, now: Timestamp) -> TokensAnswer {
        answer(request, file, now, .rehearsal)
    }

    /// What the client gets. A change is on the disk, synchronised, when this returns, so it may take as long as a disk
    /// does, and as whoever else changes the file: never on a worker.
    package static func answer(_ request: TokensRequest, file: AccountsFile, now: Timestamp) -> TokensAnswer {
        answer(request, file, now, .change)
    }

    private static func answer(
        _ request: TokensRequest, _ file: AccountsFile, _ now: Timestamp, _ purpose: Purpose
    ) -> TokensAnswer {
        do throws(TokensRefusal) {
            guard request.resource.methods.contains(MethodSet(request.method)) else {
                throw .wrongMethod(request.resource)
            }
            switch request.principal.kind {
            case .basic: break
            case .token, .accountHeader: throw .notBasic
            }
            return try answered(request, file, now, purpose)
        } catch {
            return TokensAnswer(error)
        }
    }

    private static func answered(
        _ request: TokensRequest, _ file: AccountsFile, _ now: Timestamp, _ purpose: Purpose
    ) throws(TokensRefusal) -> TokensAnswer {
        let accountID = request.principal.accountID
        switch (request.resource, request.method) {
        case (.tokens, .get), (.tokens, .head):
            let page = try TokensPage(query: request.query)
            let (_, tokens) = try holdings(of: accountID, file)
            return .found {
                $0.name("tokens")
                $0.array {
                    for token in tokens[page.range(in: tokens.count)] { $0.object { $0.members(of: token) } }
                }
                $0.member("tokens_count", tokens.count)
            }
        case (.tokens, .post):
            let changes = try TokenContent(request).replacement()
            let (id, token) = try edit(file, purpose) { document throws(TokenFault) in
                try document.createToken(of: accountID, changes, now: now)
            }
            return .created(id, token: token)
        case (.token(let id), .get), (.token(let id), .head):
            let (_, tokens) = try holdings(of: accountID, file)
            guard let token = tokens.first(where: { $0.id == id }) else { throw .edit(.noSuchToken) }
            return .found { $0.members(of: token) }
        case (.token(let id), .put), (.token(let id), .patch):
            let content = try TokenContent(request)
            let changes = request.method == .put ? try content.replacement() : try content.changes()
            try edit(file, purpose) { document throws(TokenFault) in
                try document.changeToken(id, of: .account(accountID), changes)
            }
            return .done
        case (.token(let id), .delete):
            try edit(file, purpose) { document throws(TokenFault) in
                try document.deleteToken(id, of: .account(accountID))
            }
            return .done
        case (.account, .get), (.account, .head):
            let (account, _) = try holdings(of: accountID, file)
            return .found { $0.members(of: account) }
        case (.tokens, _), (.token, _), (.account, _):
            throw .wrongMethod(request.resource)
        }
    }

    /// The account, and its tokens in the order they were made.
    private static func holdings(
        of id: UniqueID, _ file: AccountsFile
    ) throws(TokensRefusal) -> (account: AccountRecord, tokens: [TokenRecord]) {
        switch file.read() {
        case .usable(let document, _, warnings: _):
            guard let account = document.accounts.first(where: { $0.id == id }) else { throw .edit(.noSuchAccount) }
            return (account, document.tokens.filter { $0.accountID == id })
        case .unusable(let problems, _): throw .file(problems)
        // As for a change: no file is one without accounts.
        case .absent: throw .edit(.noSuchAccount)
        }
    }

    private static func edit<Result>(
        _ file: AccountsFile, _ purpose: Purpose, _ edit: (inout AccountsDocument) throws(TokenFault) -> Result
    ) throws(TokensRefusal) -> Result {
        do throws(AccountsFile.UpdateFailure<TokenFault>) {
            switch purpose {
            case .change: return try file.update(edit)
            case .rehearsal: return try rehearse(file, edit)
            }
        } catch {
            switch error {
            case .problems(let problems): throw .file(problems)
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
