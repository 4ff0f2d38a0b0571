/// What the documents say of each kind of error, beside its code and status: for whoever reads an answer, and for whoever
/// runs the proxy. `make documents` writes it into their tables.
extension ErrorKind {
    package var meaning: String {
        switch self {
        case .overloaded:
            "overloaded, or ending: a limit is reached, or too much waits; `Retry-After` says when to try again"
        case .guessing:
            "too many wrong passwords for this login from this network; `Retry-After` says when to try again"
        case .upstreamUnreadable:
            "a response of Luna-Streams or of a plugin can't be read, or does not say whose a stream is"
        case .accountsUnreadable: "Luna-Accounts answers what is not understood"
        case .upstreamSilent: "Luna-Streams or a plugin fell silent: `sock_read`"
        case .tcpTimeout: "no TCP connection to Luna-Streams in time: `sock_connect`"
        case .connectTimeout: "no connection to Luna-Streams in time, with TLS: `connect`"
        case .requestTimeout: "the whole response took longer than `request`, or a plugin's `request_timeout`"
        case .upstreamDisconnected: "Luna-Streams or a plugin closed the connection before its response was complete"
        case .upstreamTLS: "TLS with Luna-Streams failed"
        case .upstreamCertificate: "the certificate of Luna-Streams is not trusted"
        case .upstreamUnreachable: "Luna-Streams refuses connections, or its name has no address"
        case .accountsUnreachable: "Luna-Accounts can't be reached"
        case .accountsFailing: "Luna-Accounts fails about this credential: 5xx, 408, 429, or no response in time"
        case .pluginsUnreachable: "the process of the Python plugins is not running at the moment"
        case .accountHeaderNotUUID: "`Luna-Account-Id` is not a UUID"
        case .ownFault: "a fault of the proxy or of a plugin; of `/6/tokens`: the accounts file can't be used"
        case .missingVerb: "the token lacks the permission that `detail` names"
        case .accountHeaderDisabled: "`Luna-Account-Id` as a credential is turned off"
        case .tokenCorrupted: "the token is not one that was issued here: damaged, or signed by another key"
        case .wideAreaNotAllowed: "`visibility_area` is `all`, and the account's type does not allow that"
        case .foreignAccount: "another account is named, or a stream of another account would be changed"
        case .notByToken: "`/6/tokens` and `/6/account` take login and password, not a token"
        case .noCredentials: "no credentials, unreadable ones, or an unknown account"
        case .unknownAPIVersion: "`LUNA-STREAMS-API-VERSION` is neither 1 nor 2"
        case .badQuery: "a query parameter of `/6/tokens` is not what it must be"
        case .noSuchPage: "no such route"
        case .contentType: "the `Content-Type` is not `application/json`"
        case .methodNotAllowed: "the route has no such method"
        case .invalidContent: "the body is JSON, but not what it must be"
        case .notJSON: "the body is not JSON, or a name stands twice in it"
        case .tooManyTokens:
            "the account has as many tokens as it may have, or the permissions of all of them are too large"
        case .malformed: "not HTTP as it must be, too large or too slow"
        case .noSuchStream: "no such stream, or another account's"
        case .tokenUnknown: "the token is unknown or was deleted"
        case .noSuchToken: "`/6/tokens`: the account has no token with this id"
        case .wrongLoginOrPassword: "wrong login or password"
        case .tokenExpired: "the token has expired, or is not valid yet; `detail` says which"
        }
    }

    /// What an operator does about it.
    package var advice: String {
        switch self {
        case .overloaded:
            "Ends by itself? Clients obey `Retry-After`. The log names the limit once a minute, `streams_proxy_overloads_total` "
                + "counts by limit: raise it, add workers or replicas. One address only: `connections_per_address` does its "
                + "work. All of them behind a balancer: set that to 0. With \"is ending\": the balancer asks too seldom for its "
                + "`drain_delay`. Of `/6/tokens`: `fuser accounts.json.lock` names who holds the accounts file"
        case .guessing:
            "Somebody guesses, or a device tries one old password after the other. A minute's wait at most; a password that "
                + "was right within a day passes meanwhile. Behind a balancer that hides addresses all clients are one network"
        case .upstreamUnreadable:
            "See its log. Headers above `answer_head` or `answer_fields`: raise them. `origin` may name something that is "
                + "no HTTP"
        case .accountsUnreadable:
            "`check --probe --header …` shows what came; `LUNA_ACCOUNTS_VERIFICATION` fits it"
        case .upstreamSilent: "Is it overloaded, or `sock_read` shorter than its pauses?"
        case .tcpTimeout: "A firewall that drops packets, a host that is off, a full backlog"
        case .connectTimeout: "As 7; with `https` also a TLS port that never answers"
        case .requestTimeout: "Raise it for large responses, else look at Luna-Streams or the plugin"
        case .upstreamDisconnected:
            "It was restarted or crashed: see its log. Only idempotent requests are repeated"
        case .upstreamTLS: "Versions, ciphers, a client certificate that is missing: `openssl s_client -connect …`"
        case .upstreamCertificate: "Expired, wrong name, or another authority: `luna-streams-tls.tls_ca`"
        case .upstreamUnreachable:
            "Does it run? `origin`, DNS, network policy. A name is resolved anew after three seconds, after each failure and on SIGHUP"
        case .accountsUnreachable:
            "As above, for `LUNA_ACCOUNTS_ADDRESS`. Who is remembered still passes; `decision-cache.stale_reads` bridges "
                + "reading"
        case .accountsFailing: "See its log. Others may well pass; each such credential is asked about once in a second"
        case .pluginsUnreachable: "It ended or hangs and is started again: `GET /plugins` and the log say which plugin"
        case .accountHeaderNotUUID, .unknownAPIVersion, .badQuery, .invalidContent, .notJSON:
            "The client's fault; `detail` says what"
        case .ownFault:
            "The log says what. Accounts file: its owner and mode, a full disk, or read-only on purpose. A plugin: its "
                + "traceback. Else report it with the log"
        case .missingVerb: "`token update --permissions`, or another token"
        case .accountHeaderDisabled: "Use a token. Turn it on only where every client is trusted"
        case .tokenCorrupted: "Cut off on its way into the client's settings, or of another installation's key"
        case .wideAreaNotAllowed:
            "Was the account's type lowered? `token update --visibility-area account`, or type `advanced_user`"
        case .foreignAccount:
            "The client's fault; reading across accounts takes type `advanced_user` or `admin`"
        case .notByToken: "Use login and password"
        case .noCredentials:
            "The client sends none, or something in between takes `Authorization` away. "
                + "Unreadable: login and password must be UTF-8; Python's requests sends accents in "
                + "Latin-1 unless it is given bytes. A byte order mark: PowerShell or an editor wrote it before the text"
        case .noSuchPage: "Is `mount` what clients use, the plugin in `LUNA_API_ACTIVE_PLUGINS`?"
        case .contentType: "The client's fault: `curl -d` alone sends a form; add `-H 'Content-Type: application/json'`"
        case .methodNotAllowed: "The client's fault; `Allow` says which"
        case .tooManyTokens: "Delete those that nobody uses: `token list`, `token delete`"
        case .malformed:
            "`reason` in the log names the [rule](#rules-of-http). One client: its fault. Many with 408: slow lines, see "
                + "`request_head_timeout` and `content_rate`. 413: `request_max_size`. 431: cookies, see `request_head`. 400 "
                + "from all at once: TLS on the one side, plain HTTP on the other"
        case .noSuchStream:
            "`explain` tells whose it is. Streams made before `account-isolation` may have no account"
        case .tokenUnknown: "Was an old backup restored? Else make a new one"
        case .noSuchToken: "Another account's, or deleted: `token list`"
        case .wrongLoginOrPassword:
            "Many of one address: somebody tries. `account update --password-stdin` sets a new one"
        case .tokenExpired:
            "Expired: make a new one; if it should not have: the clock of this machine. "
                + "Not valid yet: its `nbf` or `iat` is ahead of that clock by more than `leeway`"
        }
    }
}
