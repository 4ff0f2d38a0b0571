internal import JSON

/// The accounts and tokens of the demo, from its JSON file. It is for trying things out: passwords stand in it in clear.
package struct DemoAccounts: Sendable {
    private struct Account {
        let id: String
        let login: String
        let password: String
        let type: String
    }

    private struct Token {
        let account: Account
        /// The token's object in the file.
        let node: JSONNode
    }

    private var byLogin: [String: Account] = [:]
    private var byID: [String: Account] = [:]
    private var tokens: [String: Token] = [:]

    package struct Problem: Error, Sendable, Equatable {
        package let text: String
    }

    package init(_ text: [UInt8]) throws(Problem) {
        let root: JSONNode
        do throws(JSONSyntaxError) {
            root = try JSONParser.parse(text)
        } catch {
            throw Problem(text: "no JSON at byte \(error.offset): \(error.reason)")
        }
        guard let accounts = root["accounts"]?.array else { throw Problem(text: "\"accounts\" must be an array") }
        for node in accounts {
            let account = Account(
                id: try Self.text(node, "account_id").lowercased(), login: try Self.text(node, "login"),
                password: try Self.text(node, "password"), type: try Self.text(node, "account_type"))
            byLogin[account.login] = account
            byID[account.id] = account
            for token in node["tokens"]?.array ?? [] {
                tokens[try Self.text(token, "token")] = Token(account: account, node: token)
            }
        }
    }

    private static func text(_ node: JSONNode, _ name: String) throws(Problem) -> String {
        guard let text = node[name]?.string else { throw Problem(text: "\"\(name)\" must be a string") }
        return text
    }

    /// What the verification resource answers. `now` is in Unix seconds.
    package func verify(_ credential: DemoCredential, now: Int64) -> DemoVerdict {
        switch credential {
        case .login(let login, let password):
            guard let account = byLogin[login], account.password == password else { return .refused(.wrongLogin) }
            return .accepted(Self.object(account))
        case .account(let id):
            guard let account = byID[id.lowercased()] else { return .refused(.wrongLogin) }
            return .accepted(Self.object(account))
        case .token(let text):
            guard let token = tokens[text] else { return .refused(.unknownToken) }
            if let end = DemoVerdict.unixSeconds(token.node["expiration_time"]), now >= end {
                return .refused(.expiredToken)
            }
            return .accepted(Self.object(token.account, token.node))
        case .none:
            return .refused(.noCredential)
        }
    }

    private static func object(_ account: Account, _ token: JSONNode? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("account_id", account.id)
            object.member("account_type", account.type)
            object.member("login", account.login)
            for name in ["token_id", "permissions", "visibility_area", "expiration_time"] {
                if let node = token?[name] { object.member(name, node) }
            }
        }
        return writer.bytes
    }
}
