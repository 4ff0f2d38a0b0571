import Auth
import HTTPCore

/// What is decided on one request, step by step. A step that is nil was not reached, or there is none on the route.
/// Nothing in it is secret: of a credential its kind, the account and the token's id.
struct Explanation {
    /// What stands where credentials may.
    enum Credentials: String {
        case absent = "none"
        case basic, token
        case accountHeader = "account_header"
        /// An Authorization that is neither Basic nor Bearer, or holds nothing that could be one of them.
        case unreadable
    }

    struct Caller {
        let principal: Principal
        let login: String?
    }

    /// Which accounts' streams the request may reach.
    enum Reach: String {
        /// `account-isolation` is off.
        case notSeparated = "not_separated"
        case ownAccount = "own_account"
        /// A read of somebody who reads all.
        case allAccounts = "all_accounts"
    }

    struct Query {
        /// Empty where there is none; what might be secret is left out.
        let before: String
        /// Nil where the request is refused.
        let after: String?
    }

    struct Owner {
        enum Source: String {
            case lunaStreams = "luna-streams"
            case option = "--owner"
        }

        let source: Source
        /// Nil where Luna-Streams didn't say.
        let owner: StreamOwner?

        var accountID: UniqueID? {
            if case .account(let id) = owner { id } else { nil }
        }
    }

    struct Sender {
        let address: String
        /// The trusted proxy whose word it is.
        let proxy: String?
    }

    enum ContentRule: String {
        /// The client's own bytes go on.
        case unchanged
        /// `account_id` is put in.
        case accountInserted = "account_id_inserted"
        case refused
        /// It was not given, so it can't be judged.
        case unknown
    }

    struct Upstream {
        let method: String
        let url: String
        let fields: [ShownField]
        /// The client's fields that stay behind. Authorization stands here whether or not it was sent.
        let withheld: [String]
    }

    enum Answer {
        /// The proxy's own error.
        case refused(Refusal)
        /// The proxy's own answer: `code` is nil where all is well.
        case own(status: Int, code: Int?)
        case lunaStreams
        /// A Python plugin's, with the request as it came but for credentials and LUNA's own fields.
        case plugin
        /// The content decides, and it was not given.
        case unknown
    }

    var method: HTTPCore.Method?
    /// Who sends the request; nil where nobody said who connects.
    var client: Sender?
    var match: RouteMatch?
    /// Why the path matches none, in a sentence.
    var nearestRoute: String?
    var apiVersion: Int?
    var credentials: Credentials?
    var caller: Caller?
    /// Of a token that we have signed, even one that is no longer accepted.
    var tokenID: UniqueID?
    /// When that token ends or has ended.
    var tokenEnds: Timestamp?
    var verbNeeded: Verb?
    var reach: Reach?
    var query: Query?
    var owner: Owner?
    var content: ContentRule?
    var upstream: Upstream?
    /// Those that hold on this route.
    var timeouts: UpstreamTimeouts?
    var answer = Answer.unknown

    /// The token that the caller comes with.
    var shownTokenID: UniqueID? { caller?.principal.tokenID ?? tokenID }

    /// When the token ends that the caller comes with.
    var shownTokenEnd: Timestamp? { caller?.principal.expires.map(Timestamp.init(unixSeconds:)) ?? tokenEnds }

    /// Whether the token has ended.
    var isTokenOver: Bool {
        if case .denied(.unauthenticated(.tokenExpired)) = refusal { true } else { false }
    }

    /// The token's; other credentials have none.
    var visibility: Visibility? {
        caller.flatMap { $0.principal.kind == .token ? $0.principal.visibility : nil }
    }

    var refusal: Refusal? {
        if case .refused(let refusal) = answer { refusal } else { nil }
    }

    /// The verbs that the caller has.
    var verbsHeld: [Verb]? { caller.map { caller in Verb.allCases.filter(caller.principal.permits) } }
}
