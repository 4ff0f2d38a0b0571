/// Luna-Accounts as the source of decisions: `LUNA_ACCOUNTS_ADDRESS`, `LUNA_ACCOUNTS_TIMEOUTS` and
/// `LUNA_ACCOUNTS_VERIFICATION`.
package struct AccountsServiceSettings: Sendable, Equatable {
    package var address: UpstreamAddress
    /// `connect`: until the connection stands, TCP and TLS.
    package var connectTimeout: Duration = .seconds(2)
    /// `request`: until the whole answer has come.
    package var requestTimeout: Duration = .seconds(5)
    package var verification = VerificationSettings()

    package init(address: UpstreamAddress) {
        self.address = address
    }

    /// Where credentials are put to the service.
    package var url: String { "\(address.url)/\(address.apiVersion)\(verification.path)" }
}

/// `LUNA_ACCOUNTS_VERIFICATION`: how Luna-Accounts is asked about a credential, and what its answer calls things. The
/// vendor's contract is not public, so that all of it can be set; the defaults are a likely form of it.
package struct VerificationSettings: Sendable, Equatable {
    package enum Method: String, Sendable, Equatable, CaseIterable {
        case get = "GET"
        case post = "POST"
    }

    /// How the credential travels.
    package enum Carrier: String, Sendable, Equatable, CaseIterable {
        /// In the field it came in: `Authorization` or `Luna-Account-Id`.
        case header
        /// As members of a JSON object.
        case json
    }

    /// Names of members of the question, for `Carrier.json`.
    package struct JSONFields: Sendable, Equatable {
        /// For the whole `Authorization` value; where this is set, the three below are not sent.
        package var authorization: String?
        package var login = "login"
        package var password = "password"
        package var token = "token"
        package var accountID = "account_id"

        package init() {}
    }

    /// Where things stand in the answer.
    package struct AnswerFields: Sendable, Equatable {
        package var accountID = MemberPath(["account_id"])
        package var accountType = MemberPath(["account_type"])
        package var tokenID = MemberPath(["token_id"])
        package var permissions = MemberPath(["permissions"])
        package var visibilityArea = MemberPath(["visibility_area"])
        package var expirationTime = MemberPath(["expiration_time"])

        package init() {}
    }

    /// Behind the API version.
    package var path = "/verifier"
    package var method = Method.post
    package var carrier = Carrier.header
    package var jsonFields = JSONFields()
    package var answerFields = AnswerFields()

    package init() {}
}

/// The way to a member of nested objects: names from the outermost object inwards, written with dots between.
package struct MemberPath: Sendable, Equatable, CustomStringConvertible {
    /// At least one, none empty.
    package let names: [String]

    package init(_ names: [String]) {
        self.names = names
    }

    /// Nil where `text` is empty, too long, or has an empty name between its dots.
    package init?(_ text: String) {
        let names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= 255, names.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.names = names
    }

    package var description: String { names.joined(separator: ".") }
}
