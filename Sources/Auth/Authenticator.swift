internal import HTTPCore

/// What comes of asking: an answer, or a password to be compared first.
package enum AuthenticationStep: Sendable {
    case decided(Decision)
    /// Run it elsewhere, then call `accept`.
    case verify(PasswordCheck)
    /// A token that another issuer may have signed. Give it to the `SignaturePool`, then call `accept(issued:)`.
    case checkSignature(ServiceQuestion)
    /// Put it to the accounts service, then call `accept`.
    case ask(ServiceQuestion)

    /// Whether nobody need be asked.
    package var isDecided: Bool {
        if case .decided = self { true } else { false }
    }
}

/// Decides who the caller is. One per worker, used on its thread only, with a cache of its own.
package final class Authenticator {
    /// How long decisions are remembered and how many of them.
    package struct CacheSettings: Sendable {
        /// Milliseconds that an allowed credential needs no new proof. Never past a token's end.
        package var lifetime: Int64 = 10_000
        /// Milliseconds for a refused one: short, since the refusal may be about to end.
        package var refusalLifetime: Int64 = 1_000
        package var capacity = 4096

        package init() {}
    }

    /// What the last decision was looked up by, for the log.
    package struct Look: Sendable {
        /// The first half of the first word of the credential's keyed digest: it tells two credentials apart as long as
        /// this process runs, and nothing else. 0 where there is none.
        package internal(set) var fingerprint: UInt32 = 0
        package internal(set) var isRemembered = false
    }

    /// The accounts that decide at present.
    package private(set) var directory: AccountDirectory
    /// The directory's, a plain number: what a request looks at in the directory itself would be kept track of.
    private(set) var generation: UInt64
    /// Nil while it is being used: see `use`.
    var memory: Memory?
    private let key = CredentialDigest.processKey
    let allowsAccountHeader: Bool
    /// An accounts service has the accounts; the directory is empty.
    let asksService: Bool
    let issuers: TrustedIssuers
    let settings: CacheSettings

    /// What was decided lately.
    struct Memory {
        /// Apart from the refused ones: whoever sends us a thousand wrong credentials cannot push out the right ones.
        var allowed: DecisionCache
        var refused: DecisionCache

        init(capacity: Int) {
            allowed = DecisionCache(capacity: capacity)
            refused = DecisionCache(capacity: capacity / 4)
        }
    }

    /// How many decisions on tokens and passwords came from the cache, and how many did not.
    package var cacheUse: (hits: Int, misses: Int) { (hits, misses) }
    var hits = 0
    var misses = 0
    var look = Look()

    /// `allowsAccountHeader` is `ALLOW_LUNA_ACCOUNT_AUTH_HEADER`, `issuers` those whose tokens pass besides our own.
    package init(
        directory: AccountDirectory, allowsAccountHeader: Bool, issuers: [TokenIssuer] = [],
        cache settings: CacheSettings = .init()
    ) {
        self.allowsAccountHeader = allowsAccountHeader
        self.issuers = TrustedIssuers(issuers)
        self.settings = settings
        asksService = false
        self.directory = directory
        generation = directory.generation
        memory = Memory(capacity: settings.capacity)
    }

    /// An accounts service has the accounts: what it said lately is remembered here, and all else is `.ask`.
    /// Tokens of `issuers` are decided on here all the same.
    package init(
        serviceAllowingAccountHeader allowsAccountHeader: Bool, issuers: [TokenIssuer] = [],
        cache settings: CacheSettings = .init()
    ) {
        self.allowsAccountHeader = allowsAccountHeader
        self.issuers = TrustedIssuers(issuers)
        self.settings = settings
        asksService = true
        directory = AccountDirectory(AccountsDocument(signingKey: .random()))
        generation = directory.generation
        memory = Memory(capacity: settings.capacity)
    }

    /// Not inlined into other modules: there the compiler can't see that nobody else is at it, and it would be kept track of.
    package var lastLook: Look {
        @inline(never) get { look }
    }
    /// How many signatures of other issuers were checked here.
    package var signaturesChecked: Int { issuers.signaturesChecked }
    /// How many decisions are remembered.
    package var cacheCount: Int { use { $0.allowed.count + $0.refused.count } }

    /// From here on the new directory decides. What was decided by the old one is looked at again when it is wanted, and
    /// only that: one account's change costs the others nothing.
    package func replace(directory: AccountDirectory) {
        let isOfSameKey = directory.signingKey == self.directory.signingKey
        self.directory = directory
        generation = directory.generation
        if !isOfSameKey { memory = Memory(capacity: settings.capacity) }
    }

    /// Decides on a request whose `Authorization` and `Luna-Account-Id` field values stand in those ranges of `head`
    /// (nil where there is no such field). `now` is in Unix milliseconds. `isOfNoIssuer`: the token has been found to be
    /// signed by no other issuer.
    package func decide(
        head: Span<UInt8>, authorization: Range<Int>?, accountHeader: Range<Int>?, now: Int64,
        isOfNoIssuer: Bool = false
    ) -> AuthenticationStep {
        look = Look()
        if asksService { return decideByService(head, authorization, accountHeader, now, isOfNoIssuer) }
        guard let authorization else {
            guard let accountHeader else { return .decided(.unauthenticated(.noCredentials)) }
            return .decided(decide(head, accountHeader: accountHeader))
        }
        switch Credentials(head, authorization) {
        case .unreadable(let reason):
            return .decided(.unauthenticated(reason))
        case .bearer(let range):
            let digest = CredentialDigest(.token, head.extracting(range), under: key)
            if let decision = remembered(digest, now, unlessChanged: { isUnchanged($0, now) }) {
                return .decided(decision)
            }
            guard let decision = decide(head, token: range, now) else { return checkSignature(digest, head, range) }
            remember(digest, decision, now)
            return .decided(decision)
        case .basic(let range):
            let digest = CredentialDigest(.basic, head.extracting(range), under: key)
            var read: Result<BasicCredentials, BasicFault>?
            let known = remembered(digest, now) { entry in
                let credentials = BasicCredentials.read(head, range)
                read = credentials
                guard case .success(let given) = credentials else { return false }
                return isUnchanged(entry, login: given.login)
            }
            if let known { return .decided(known) }
            let credentials: BasicCredentials
            switch read ?? BasicCredentials.read(head, range) {
            case .success(let given): credentials = given
            case .failure(let fault): return .decided(.unauthenticated(fault.reason))
            }
            return .verify(
                PasswordCheck(
                    digest, credentials: credentials, hash: directory.account(login: credentials.login)?.password,
                    decoy: directory.decoy))
        }
    }

    /// Ends what `decide` began with `.verify`. The directory may have been replaced meanwhile: the verdict counts only
    /// while the account still has the hash it was made with; otherwise nothing is known, and the client may ask again.
    package func accept(_ check: PasswordCheck, _ verdict: PasswordVerdict, now: Int64) -> Decision {
        let account = directory.account(login: check.login)
        guard verdict != .failed, account?.password == check.hash else { return .unavailable(.overloaded) }
        let decision: Decision =
            if let account, verdict == .matches {
                .allowed(Self.principal(of: account))
            } else {
                .unauthenticated(.wrongLoginOrPassword)
            }
        remember(check.key.digest, decision, now, passwordMark: check.hash?.mark ?? 0)
        return decision
    }

    /// Whether somebody let in earlier would still be, for answers that last: the account is there, the token's record
    /// too, and neither has ended. Allowed carries the principal as it is now. A changed password is not noticed here.
    /// Where a service has the accounts, only it can tell: unavailable.
    package func review(_ principal: Principal, now: Int64) -> Decision {
        // It may have been allowed when the principal was let in.
        if principal.kind == .accountHeader, !allowsAccountHeader { return .forbidden(.accountHeaderDisabled) }
        if asksService, !principal.isOfOtherIssuer {
            return principal.isExpired(at: now)
                ? .unauthenticated(.tokenExpired) : .unavailable(.accountsUnreachable)
        }
        switch principal.kind {
        case .token where principal.isOfOtherIssuer:
            return principal.isExpired(at: now) ? .unauthenticated(.tokenExpired) : .allowed(principal)
        case .token:
            guard let tokenID = principal.tokenID else { return .unauthenticated(.tokenUnknown) }
            let claims = TokenClaims(
                accountID: principal.accountID, tokenID: tokenID, expires: principal.signedEnd)
            return decide(claims, now)
        case .basic:
            guard let account = directory.account(principal.accountID) else {
                return .unauthenticated(.wrongLoginOrPassword)
            }
            return .allowed(Self.principal(of: account))
        case .accountHeader:
            return decide(accountID: principal.accountID)
        }
    }

    static func principal(of account: AccountRecord) -> Principal {
        Principal(accountID: account.id, accountType: account.type, kind: .basic)
    }

    // MARK: - Luna-Account-Id

    private func decide(_ head: Span<UInt8>, accountHeader: Range<Int>) -> Decision {
        guard allowsAccountHeader else { return .forbidden(.accountHeaderDisabled) }
        guard accountHeader.count == UniqueID.textLength,
            let id = UniqueID(head, at: accountHeader.lowerBound)
        else { return .malformed(.accountHeaderNotUUID) }
        return decide(accountID: id)
    }

    private func decide(accountID: UniqueID) -> Decision {
        guard let account = directory.account(accountID) else { return .unauthenticated(.unknownAccount) }
        return .allowed(Principal(accountID: account.id, accountType: account.type, kind: .accountHeader))
    }

    // MARK: - Tokens

    /// Nil where a signature has to be checked elsewhere.
    private func decide(_ head: Span<UInt8>, token range: Range<Int>, _ now: Int64) -> Decision? {
        guard let claims = directory.signingKey.claims(of: head, range) else {
            return issuers.decideAtOnce(head, range, now: now)
        }
        return decide(claims, now)
    }

    private func decide(_ claims: TokenClaims, _ now: Int64) -> Decision {
        if let expires = claims.expires, now >= UnixTime.milliseconds(fromSeconds: expires) {
            return .unauthenticated(.tokenExpired)
        }
        if let start = claims.notBefore, now < UnixTime.milliseconds(fromSeconds: start) {
            return .unauthenticated(.tokenNotYetValid)
        }
        guard let token = directory.grant(of: claims.tokenID, claims.accountID),
            let account = directory.account(claims.accountID)
        else { return .unauthenticated(.tokenUnknown) }
        let principal = Principal(
            accountID: account.id, accountType: account.type, kind: .token, tokenID: claims.tokenID,
            verbs: token.permissions.streams, visibility: token.visibility,
            expires: [claims.expires, token.expires?.unixSeconds].compactMap(\.self).min(),
            signedEnd: claims.expires)
        if principal.isExpired(at: now) { return .unauthenticated(.tokenExpired) }
        switch token.visibility {
        case .account: break
        case .all: guard account.type.readsAllAccounts else { return .forbidden(.visibilityNotAllowed) }
        }
        return .allowed(principal)
    }
}
