import Auth
import HTTPCore
import JSON
import StreamsProxy
import Testing

struct ErrorAnswerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let refusal: Refusal
        let status: Int
        let code: Int
        let challenge: Challenge
        var testDescription: String { "\(refusal)" }

        init(_ refusal: Refusal, _ status: Int, _ code: Int, _ challenge: Challenge = .none) {
            self.refusal = refusal
            self.status = status
            self.code = code
            self.challenge = challenge
        }
    }

    private static let requests: [Row] = [
        Row(.noSuchPage, 404, 12013), Row(.methodNotAllowed(.get), 405, 12021),
        Row(.unknownAPIVersion, 400, 11076), Row(.repeatedAPIVersion, 400, 12046),
        Row(.malformed(.headTooLong), 431, 12046), Row(.malformed(.tooManyFields), 431, 12046),
        Row(.malformed(.tooManyOptions), 431, 12046),
        Row(.malformed(.startLineTooLong), 414, 12046), Row(.malformed(.contentTooLong), 413, 12046),
        Row(.malformed(.unknownTransferCoding), 501, 12046), Row(.malformed(.tunnelNotOffered), 501, 12046),
        Row(.malformed(.unsupportedVersion), 505, 12046),
        Row(.malformed(.unknownExpectation), 417, 12046), Row(.tokensContentTooLarge, 413, 12046),
        Row(.malformed(.headTooSlow), 408, 12046), Row(.malformed(.contentStalled), 408, 12046),
        Row(.malformed(.contentTooSlow), 408, 12046), Row(.tokensOverloaded, 503, 1),
    ]

    private static let special: Set<MessageError> = [
        .headTooLong, .tooManyFields, .tooManyOptions, .startLineTooLong, .contentTooLong, .unknownTransferCoding,
        .unsupportedVersion, .unknownExpectation, .tunnelNotOffered, .headTooSlow, .contentStalled, .contentTooSlow,
    ]

    private static let malformed = MessageError.allCases.filter { !special.contains($0) }
        .map { Row(.malformed($0), 400, 12046) }

    private static func unauthenticated(
        _ reason: Unauthenticated, _ code: Int, _ challenge: Challenge
    ) -> Row {
        Row(.denied(.unauthenticated(reason)), 401, code, challenge)
    }

    private static let unauthenticated: [Row] = [
        unauthenticated(.noCredentials, 11065, .both), unauthenticated(.unknownAccount, 11065, .both),
        unauthenticated(.unsupportedScheme, 11065, .both), unauthenticated(.basicUnreadable, 11065, .basic),
        unauthenticated(.byteOrderMark, 11065, .basic), unauthenticated(.wrongLoginOrPassword, 41006, .basic),
        unauthenticated(.tokenUnknown, 41005, .bearer(.invalidToken)),
        unauthenticated(.tokenExpired, 41007, .bearer(.invalidToken)),
        unauthenticated(.tokenNotYetValid, 41007, .bearer(.invalidToken)),
        unauthenticated(.tokenCorrupted, 11062, .bearer(.invalidToken)),
    ]

    private static let denied: [Row] =
        [
            Row(.denied(.forbidden(.accountHeaderDisabled)), 403, 11061),
            Row(.denied(.forbidden(.visibilityNotAllowed)), 403, 11062, .bearer(.invalidToken)),
            Row(.denied(.forbidden(.foreignAccount)), 403, 11063),
            Row(.denied(.forbidden(.tokensNotByToken)), 403, 11064),
            Row(.denied(.malformed(.repeatedAuthorization)), 400, 12046, .bearer(.invalidRequest)),
            Row(.denied(.malformed(.repeatedAccountHeader)), 400, 12046),
            Row(.denied(.malformed(.accountHeaderNotUUID)), 400, 11037),
            Row(.denied(.unavailable(.overloaded)), 503, 1),
            Row(.denied(.unavailable(.guessing(seconds: 1))), 429, 1),
            Row(.denied(.unavailable(.accountsUnreachable)), 503, 16),
            Row(.denied(.unavailable(.accountsUnreadable)), 503, 4),
            Row(.denied(.unavailable(.accountsFailing)), 503, 16),
        ]
        + Verb.allCases.map { Row(.denied(.forbidden(.missingVerb($0))), 403, 11059, .bearer(.insufficientScope($0))) }
        + Verb.allCases.map { Row(.pluginForbidden($0), 403, 11059, .bearer(.insufficientScope(nil))) }

    private static let upstream: [Row] =
        [
            Row(.upstream(.unreachable), 502, 16), Row(.upstream(.disconnected), 502, 10),
            Row(.upstream(.unreadable(.malformedStatusLine)), 502, 4), Row(.upstream(.unaskedUpgrade), 502, 4),
            Row(.upstream(.tooManyInterimAnswers), 502, 4),
            Row(.upstream(.tls), 502, 13), Row(.upstream(.certificate), 502, 14),
            Row(.upstream(.connectTimeout), 504, 8), Row(.upstream(.sockConnectTimeout), 504, 7),
            Row(.upstream(.silence), 504, 6), Row(.upstream(.requestTimeout), 504, 9),
        ] + MessageError.allCases.map { Row(.upstream(.unreadable($0)), 502, 4) }

    private static let overloads = Overload.allCases.map { Row(.overloaded($0), 503, 1) }

    static let rows = requests + overloads + malformed + unauthenticated + denied + upstream

    @Test(arguments: rows)
    func `A refusal has its status, code and challenge`(_ row: Row) {
        let answer = ErrorAnswer(row.refusal)
        #expect(answer.status == row.status)
        #expect(answer.code == row.code)
        #expect(answer.challenge == row.challenge)
        // RFC 9110 §15.5.2: a 401 has one. RFC 6750 §3.1: with others, it says what is wrong with the token.
        if answer.status == 401 { #expect(answer.challenge != .none) }
        #expect((answer.status == 503 || answer.status == 429) == (answer.retryAfter != nil))
        // The phrase of the status line is known.
        #expect(Status.reason(answer.status).description != "Unknown")
    }

    /// What `/6/tokens` refuses, and plugins.
    private static let elsewhere: [ErrorKind] =
        [
            TokensRefusal.wrongMethod(.tokens), .notBasic, .contentTooLarge, .notJSONType, .notJSON(""),
            .invalid(path: "", message: ""), .badQuery(""), .edit(.noSuchAccount), .edit(.noSuchToken),
            .edit(.wideAreaNotAllowed), .edit(.tooManyTokens), .edit(.tooLargePermissions), .busy, .file([]),
        ].map(\.kind) + [ErrorAnswer(.plugin(.unreachable)).kind, ErrorAnswer(.plugin(.silence)).kind]

    @Test func `Every kind of error is one that something sends, with a status that it declares`() {
        let separation: [SeparationRefusal] = [
            .foreignAccount, .streamNotFound(UniqueID(high: 0, low: 0)), .semicolonInQuery, .repeatedParameter,
            .contentType, .contentTooLarge, .invalidJSON(.unfinished), .notAnObject, .accountNotString, .unknownOwner,
        ]
        let answers = Self.rows.map { ErrorAnswer($0.refusal) } + separation.map { ErrorAnswer(.separation($0)) }
        for answer in answers { #expect(answer.kind.statuses.contains(answer.status), "\(answer)") }
        #expect(Set(answers.map(\.kind) + Self.elsewhere) == Set(ErrorKind.allCases))
    }

    @Test func `What has one code has one summary`() {
        for kinds in Dictionary(grouping: ErrorKind.allCases, by: \.code).values {
            #expect(Set(kinds.map(\.summary.description)).count == 1)
        }
    }

    @Test func `Every reason to let nobody pass has its row`() {
        let denials = Self.rows.compactMap { row -> Denial? in
            if case .denied(let denial) = row.refusal { denial } else { nil }
        }
        let expected =
            Unauthenticated.allCases.map(Denial.unauthenticated) + Unavailable.allCases.map(Denial.unavailable)
            + MalformedCredentials.allCases.map(Denial.malformed)
        for denial in expected { #expect(denials.contains(denial)) }
    }

    @Test(arguments: rows)
    func `The content is LUNA's JSON with the code's page`(_ row: Row) throws {
        let answer = ErrorAnswer(row.refusal)
        let content = [UInt8](writing: { answer.appendContent(to: &$0) })
        let json = try JSONParser.parse(content)
        let names = try #require(json.object).map(\.name)
        #expect(names == ["error_code", "desc", "detail", "link"])
        #expect(json["error_code"]?.integer == row.code)
        #expect(json["desc"]?.string?.isEmpty == false)
        #expect(json["detail"]?.string?.isEmpty == false)
        let page = "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-\(row.code)"
        #expect(json["link"]?.string == page)
    }

    private static func fields(_ refusal: Refusal) -> [String] {
        let bytes = [UInt8](writing: { ErrorAnswer(refusal).appendFields(to: &$0) })
        return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    private static let type = "Content-Type: application/json"
    private static let basic = #"WWW-Authenticate: Basic realm="login:password", charset="UTF-8""#
    private static let bearer = #"WWW-Authenticate: Bearer realm="token""#

    private static func bearer(_ error: String, _ description: String, _ rest: String = "") -> String {
        #"\#(bearer), error="\#(error)", error_description="\#(description)"\#(rest)"#
    }

    @Test func `The fields name the scheme to try, the methods, the time to wait`() {
        #expect(Self.fields(.noSuchPage) == [Self.type])
        #expect(Self.fields(.denied(.unauthenticated(.noCredentials))) == [Self.type, Self.basic, Self.bearer])
        #expect(Self.fields(.denied(.unauthenticated(.wrongLoginOrPassword))) == [Self.type, Self.basic])
        #expect(
            Self.fields(.denied(.unauthenticated(.tokenExpired)))
                == [Self.type, Self.bearer("invalid_token", "Token has been expired")])
        #expect(
            Self.fields(.denied(.unauthenticated(.tokenNotYetValid)))
                == [Self.type, Self.bearer("invalid_token", "Token is not valid yet")])
        #expect(
            Self.fields(.denied(.malformed(.repeatedAuthorization)))
                == [Self.type, Self.bearer("invalid_request", "more than one Authorization field")])
        let lacking = "Request denied due to token restrictions, required 'creation' permission for"
        #expect(
            Self.fields(.denied(.forbidden(.missingVerb(.creation))))
                == [
                    Self.type,
                    Self.bearer("insufficient_scope", "\(lacking) 'streams'", #", scope="streams:creation""#),
                ])
        #expect(
            Self.fields(.pluginForbidden(.creation))
                == [Self.type, Self.bearer("insufficient_scope", "\(lacking) this plugin")])
        #expect(Self.fields(.methodNotAllowed([.get, .head])) == [Self.type, "Allow: GET, HEAD, OPTIONS"])
        #expect(Self.fields(.denied(.unavailable(.overloaded))) == [Self.type, "Retry-After: 1"])
        #expect(Self.fields(.denied(.unavailable(.guessing(seconds: 32)))) == [Self.type, "Retry-After: 32"])
        #expect(Self.fields(.denied(.forbidden(.foreignAccount))) == [Self.type])
        #expect(Self.fields(.upstream(.requestTimeout)) == [Self.type])
    }

    /// RFC 6750 §3: what an error_description may hold; nothing in it ends the quotes.
    @Test(arguments: rows)
    func `A challenge is made of plain characters`(_ row: Row) throws {
        for field in Self.fields(row.refusal) where field.hasPrefix("WWW-Authenticate") {
            #expect(field.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
            let parameters = field.split(separator: "\"", omittingEmptySubsequences: false)
            #expect(parameters.count % 2 == 1)
            #expect(parameters.last == "")
        }
    }

    @Test(arguments: Verb.allCases)
    func `A missing verb is named`(_ verb: Verb) {
        let content = [UInt8](writing: { ErrorAnswer(.denied(.forbidden(.missingVerb(verb)))).appendContent(to: &$0) })
        #expect(String(decoding: content, as: UTF8.self).contains("'\(verb.name)' permission for 'streams'"))
    }
}
