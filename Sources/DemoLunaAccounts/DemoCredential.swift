internal import Auth
internal import JSON

/// What the demo is asked about.
package enum DemoCredential: Sendable, Equatable {
    case login(String, password: String)
    case token(String)
    case account(String)
    case none

    /// From the fields of a question, or from its JSON content where no field has one.
    package init(authorization: String?, account: String?, content: [UInt8]) {
        if let authorization {
            self = Self.read(authorization)
        } else if let account {
            self = .account(account)
        } else {
            self = Self.read(content)
        }
    }

    private static func read(_ authorization: String) -> DemoCredential {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return .none }
        switch parts[0].lowercased() {
        case "bearer": return .token(String(parts[1]))
        case "basic":
            guard let decoded = Base64.decode(String(parts[1]), .standard),
                let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
            else { return .none }
            return .login(
                String(decoding: decoded[..<colon], as: UTF8.self),
                password: String(decoding: decoded[(colon + 1)...], as: UTF8.self))
        default: return .none
        }
    }

    private static func read(_ content: [UInt8]) -> DemoCredential {
        let object: JSONNode
        do throws(JSONSyntaxError) {
            object = try JSONParser.parse(content)
        } catch {
            return .none
        }
        if let authorization = object["authorization"]?.string { return read(authorization) }
        if let token = object["token"]?.string { return .token(token) }
        if let id = object["account_id"]?.string { return .account(id) }
        guard let login = object["login"]?.string, let password = object["password"]?.string else { return .none }
        return .login(login, password: password)
    }
}
