internal import Auth
internal import HTTPCore
internal import JSON

/// What Luna-Accounts says about a credential that it accepts, read by the names of the settings.
struct AccountAnswer {
    let accountID: UniqueID
    /// Where the answer is silent, the one that may least.
    let accountType: AccountType
    let tokenID: UniqueID?
    /// What `permissions` has under `streams`; nothing where the answer is silent.
    let verbs: VerbSet
    let visibility: Visibility
    /// Unix seconds.
    let expires: Int64?

    /// Nil where `content` is no JSON object with an account, or where anything in it is not what it must be: half an
    /// answer is none.
    init?(_ content: [UInt8], _ fields: VerificationSettings.AnswerFields) {
        guard let object = Self.object(content), let accountID = Self.id(object.member(fields.accountID)) else {
            return nil
        }
        self.accountID = accountID
        switch object.member(fields.accountType) {
        case .none: accountType = .user
        case .some(let node):
            guard let type = node.string.flatMap(AccountType.init) else { return nil }
            accountType = type
        }
        switch object.member(fields.tokenID) {
        case .none: tokenID = nil
        case .some(let node):
            guard let id = Self.id(node) else { return nil }
            tokenID = id
        }
        switch object.member(fields.visibilityArea) {
        case .none: visibility = .account
        case .some(let node):
            guard let area = node.string.flatMap(Visibility.init) else { return nil }
            visibility = area
        }
        guard let verbs = Self.verbs(object.member(fields.permissions)) else { return nil }
        self.verbs = verbs
        switch object.member(fields.expirationTime) {
        case .none: expires = nil
        case .some(let node):
            guard let seconds = Self.seconds(node) else { return nil }
            expires = seconds
        }
    }

    /// The decision on the credential that was asked about.
    func decision(_ question: ServiceQuestion, now: Int64) -> Decision {
        switch question.kind {
        case .basic:
            return .allowed(Principal(accountID: accountID, accountType: accountType, kind: .basic))
        case .accountHeader:
            // An answer about somebody else is an answer to another question.
            guard accountID == question.accountID else { return .unavailable(.accountsUnreadable) }
            return .allowed(Principal(accountID: accountID, accountType: accountType, kind: .accountHeader))
        case .token:
            let principal = Principal(
                accountID: accountID, accountType: accountType, kind: .token, tokenID: tokenID, verbs: verbs,
                visibility: visibility, expires: expires)
            if principal.isExpired(at: now) { return .unauthenticated(.tokenExpired) }
            if visibility == .all, !accountType.readsAllAccounts { return .forbidden(.visibilityNotAllowed) }
            return .allowed(principal)
        }
    }

    /// The `error_code` of a refusal; nil where it has none.
    static func errorCode(_ content: [UInt8]) -> Int? { object(content)?["error_code"]?.integer }

    private static func object(_ content: [UInt8]) -> JSONNode? {
        do throws(JSONSyntaxError) {
            let node = try JSONParser.parse(content, maximumDepth: 32)
            return node.object == nil ? nil : node
        } catch {
            return nil
        }
    }

    private static func id(_ node: JSONNode?) -> UniqueID? { node?.string.flatMap { UniqueID($0) } }

    /// The verbs that we know; others are another version's, and let nobody do anything here. Nil where this is no
    /// `permissions`.
    private static func verbs(_ permissions: JSONNode?) -> VerbSet? {
        guard let permissions else { return [] }
        guard permissions.object != nil else { return nil }
        switch permissions["streams"]?.value {
        case .none, .null: return []
        case .array(let names):
            var verbs: VerbSet = []
            for name in names {
                guard let name = name.string else { return nil }
                if let verb = Verb(name: name) { verbs.insert(VerbSet(verb)) }
            }
            return verbs
        case .bool, .number, .string, .object: return nil
        }
    }

    /// RFC 3339, or Unix seconds with or without a fraction, which is dropped.
    private static func seconds(_ node: JSONNode) -> Int64? {
        if let text = node.string { return Timestamp(text)?.unixSeconds }
        guard let number = node.double?.rounded(.down), abs(number) < 0x1p53 else { return nil }
        return Int64(number)
    }
}

extension JSONNode {
    /// The member at the end of the path; nil where there is none, or it is null.
    fileprivate func member(_ path: MemberPath) -> JSONNode? {
        var node = self
        for name in path.names {
            guard let next = node[name] else { return nil }
            node = next
        }
        if case .null = node.value { return nil }
        return node
    }
}
