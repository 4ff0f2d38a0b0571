import Auth
import HTTPCore

/// Takes a request through the rules of the running proxy, in the same code, and notes what each comes to. Luna-Streams
/// may be asked whose a stream is; nothing else goes out, and nothing changes.
struct Explainer {
    private let configuration: Configuration
    private let admission: Admission
    private let upstream: ShownUpstream
    private let server: ServerSettings
    private let source: DirectSource
    private let nearest: NearestRoute
    /// `--owner`; nil where Luna-Streams is to be asked.
    private let owner: StreamOwner?
    /// `--peer`; nil where nobody said who connects.
    private let peer: SocketAddress?

    /// `now` is in Unix milliseconds.
    init(
        _ configuration: Configuration, _ directory: AccountDirectory, owner: StreamOwner?, peer: IPAddress? = nil,
        now: Int64
    ) {
        self.configuration = configuration
        self.owner = owner
        self.peer = peer.map { SocketAddress($0, port: 0) }
        admission = Admission(configuration)
        upstream = ShownUpstream(configuration)
        nearest = NearestRoute(configuration, admission.routes)
        server = ServerSettings(configuration)
        let allowsAccountHeader = configuration.allowsAccountHeader
        if let service = configuration.accountsService {
            source = DirectSource(
                Authenticator(
                    serviceAllowingAccountHeader: allowsAccountHeader, issuers: configuration.tokenIssuers),
                AccountsContract(service), now: now)
        } else {
            source = DirectSource(
                Authenticator(
                    directory: directory, allowsAccountHeader: allowsAccountHeader,
                    issuers: configuration.tokenIssuers),
                nil, now: now)
        }
    }

    /// Throws where what is given is not one request.
    func explain(_ request: RequestText) throws(UsageError) -> Explanation {
        var explanation = Explanation()
        var head = RequestHead()
        let bytes = request.head.span
        let isWhole: Bool
        do throws(MessageError) {
            isWhole = try HeadParser(limits: server.limits).parse(bytes, into: &head)
            explanation.method = head.method
            try head.checkLength(maximum: server.contentMaximum)
        } catch {
            explanation.answer = .refused(.malformed(error))
            return explanation
        }
        guard isWhole, head.length == bytes.count else {
            throw UsageError("--request and --header hold an empty line, where the head would end")
        }
        let content = try request.content(framed: head.framing)
        noteClient(head, bytes, &explanation)
        let asksCaller = noteDestination(head, bytes, &explanation)
        let outcome = outcome(head, bytes, &explanation)
        if asksCaller { noteCaller(head, bytes, &explanation) }
        noteAnswer(outcome, head, bytes, content, &explanation)
        return explanation
    }

    // MARK: Client

    private var isPassedOn: Bool { peer.map(configuration.trustedProxies.contains) ?? false }

    private func client(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Client {
        let isSecure = configuration.tls != nil
        guard let peer else {
            return Client(
                address: .none, chain: Array("(the client's address)".utf8), isSecure: isSecure, isUnreadable: false)
        }
        guard isPassedOn else { return Client(peer, isSecure: isSecure) }
        return configuration.trustedProxies.client(of: head, bytes, from: peer, isSecure: isSecure)
    }

    private func noteClient(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ explanation: inout Explanation
    ) {
        guard let peer else { return }
        explanation.client = Explanation.Sender(
            address: String(decoding: client(head, bytes).address.address, as: UTF8.self),
            proxy: isPassedOn ? String(decoding: peer.address, as: UTF8.self) : nil)
    }

    // MARK: Route

    /// Whether the rules go on to ask who the caller is.
    private func noteDestination(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ explanation: inout Explanation
    ) -> Bool {
        switch admission.destination(head, bytes) {
        case .refused, .options:
            // Found, perhaps, but not for this method.
            explanation.match = admission.routes.match(bytes, head.path)
            if explanation.match == nil {
                let path = String(decoding: head.path.map { bytes[$0] }, as: UTF8.self)
                explanation.nearestRoute = nearest.words(for: path)
            }
            return false
        case .own(let route):
            explanation.match = RouteMatch(route: route, streamID: nil)
            return false
        case .open(let match, let apiVersion):
            noteForwarded(match, apiVersion, &explanation)
            return false
        case .guarded(let match, let apiVersion):
            noteForwarded(match, apiVersion, &explanation)
            return true
        case .accounts(let match):
            explanation.match = match
            return true
        case .plugin(let match, let access):
            explanation.match = match
            return access != .open
        }
    }

    private func noteForwarded(_ match: RouteMatch, _ apiVersion: Int, _ explanation: inout Explanation) {
        explanation.match = match
        explanation.apiVersion = apiVersion
        explanation.timeouts = configuration.timeouts
    }

    // MARK: Rules

    /// What becomes of the request, with the stream's owner asked where the rules want to know it.
    private func outcome(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ explanation: inout Explanation
    ) -> AdmissionOutcome {
        let outcome = admission.outcome(head, bytes, asking: source)
        guard case .ownerNeeded(_, let streamID, let apiVersion) = outcome else { return outcome }
        switch owner.map({ .success($0) }) ?? ask(streamID, apiVersion, head, bytes) {
        case .failure(let refusal):
            explanation.owner = Explanation.Owner(source: .lunaStreams, owner: nil)
            return .refused(refusal)
        case .success(let found):
            explanation.owner = Explanation.Owner(source: owner == nil ? .lunaStreams : .option, owner: found)
            source.owner = found
            return admission.outcome(head, bytes, asking: source)
        }
    }

    private func ask(
        _ streamID: UniqueID, _ apiVersion: Int, _ head: borrowing RequestHead, _ bytes: Span<UInt8>
    ) -> Result<StreamOwner, Refusal> {
        let requestID = RequestID(head, bytes) ?? RequestID(seconds: Int(source.now / 1000), id: .random())
        return OwnerRequest.owner(OwnerRequest(configuration).request(streamID, apiVersion, requestID).answer())
    }

    // MARK: Caller, permission, reach

    private func noteCaller(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ explanation: inout Explanation
    ) {
        noteCredentials(head, bytes, &explanation)
        let isGuarded = explanation.match?.route.isGuarded == true
        if isGuarded { explanation.verbNeeded = Verb(head.method) }
        guard case .allowed(let principal) = source.decision else { return }
        explanation.caller = Explanation.Caller(
            principal: principal, login: source.authenticator.directory.account(principal.accountID)?.login)
        guard isGuarded, Admission.missingPermission(principal, head.method) == nil else { return }
        explanation.reach =
            if !admission.isSeparating {
                .notSeparated
            } else if principal.seesAllAccounts(by: head.method) {
                .allAccounts
            } else {
                .ownAccount
            }
    }

    private func noteCredentials(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ explanation: inout Explanation
    ) {
        guard let authorization = head.fields.value(.authorization) else {
            explanation.credentials = head.fields.contains(.lunaAccountID) ? .accountHeader : .absent
            return
        }
        switch Credentials(bytes, authorization) {
        case .basic: explanation.credentials = .basic
        case .unreadable: explanation.credentials = .unreadable
        case .bearer(let token):
            explanation.credentials = .token
            // Also of a token that is no longer accepted: the signature is what makes its id worth showing.
            let directory = source.authenticator.directory
            guard let claims = directory.signingKey.claims(of: bytes, token) else { return }
            explanation.tokenID = claims.tokenID
            let ends = [claims.expires, directory.grant(of: claims.tokenID, claims.accountID)?.expires?.unixSeconds]
                .compactMap(\.self)
            explanation.tokenEnds = ends.min().map(Timestamp.init(unixSeconds:))
        }
    }

    // MARK: Answer

    private func noteAnswer(
        _ outcome: AdmissionOutcome, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ content: [UInt8]?,
        _ explanation: inout Explanation
    ) {
        switch outcome {
        case .refused(let refusal):
            explanation.answer = .refused(refusal)
            if explanation.reach != nil { explanation.query = shownQuery(head, bytes, nil) }
            if case .separation(let reason) = refusal, reason.isOfContent { explanation.content = .refused }
        case .options: explanation.answer = .own(status: 204, code: nil)
        case .own: explanation.answer = .own(status: 200, code: nil)
        case .accounts(let match, let principal):
            guard let content else { return }
            let request = TokensCall(match, head, bytes, principal).request(head.method, content: content)
            let answer = TokensAPI.rehearse(
                request, store: FileStore(AccountsFile(path: configuration.accountsFile)),
                now: Timestamp(unixSeconds: source.now / 1000))
            explanation.answer = .own(status: answer.status, code: answer.errorCode)
        case .forwarded(let admitted) where admitted.match.route == .plugin: explanation.answer = .plugin
        case .forwarded(let admitted):
            if explanation.reach != nil { explanation.query = shownQuery(head, bytes, admitted.query) }
            forward(admitted, head, bytes, content, &explanation)
        case .undecided, .ownerNeeded: preconditionFailure("the source knows both")
        }
    }

    private func forward(
        _ admitted: AdmittedRequest, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ content: [UInt8]?,
        _ explanation: inout Explanation
    ) {
        if let content, content.count > server.contentMaximum {
            explanation.answer = .refused(.malformed(.contentTooLong))
            return
        }
        var growth: Int? = 0
        if admitted.checksContent, let principal = admitted.principal {
            do throws(SeparationRefusal) {
                let edit = try content.map { content throws(SeparationRefusal) in
                    try BodyRule.edit(content.span, account: principal.accountID, for: head.method)
                }
                growth = edit?.growth
                explanation.content =
                    switch edit {
                    case .unchanged: .unchanged
                    case .inserting: .accountInserted
                    case nil: .unknown
                    }
            } catch {
                explanation.content = .refused
                explanation.answer = .refused(.separation(error))
                return
            }
        }
        explanation.upstream = upstream.show(
            admitted, head, bytes, client: client(head, bytes), isPassedOn: isPassedOn,
            contentLength: growth.flatMap { growth in content.map { $0.count + growth } })
        explanation.answer = growth == nil ? .unknown : .lunaStreams
    }

    private func shownQuery(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ edit: QueryEdit?
    ) -> Explanation.Query {
        let before = head.query.map { ShownQuery.text(bytes, $0) } ?? ""
        guard let edit else { return Explanation.Query(before: before, after: nil) }
        let after = [UInt8](writing: { edit.append(bytes, head.query, to: &$0) })
        return Explanation.Query(before: before, after: ShownQuery.text(after.span, min(1, after.count)..<after.count))
    }
}
