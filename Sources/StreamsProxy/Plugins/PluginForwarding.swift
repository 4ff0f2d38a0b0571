import Auth
import HTTPCore
import JSON

/// The head of a request for a plugin's route, up to what frames its content: the client's target, which `PluginTarget` has checked, and who asks.
struct PluginForwarding: Sendable {
    private let base: Forwarding

    init(_ base: Forwarding) {
        self.base = base
    }

    /// `permissions` is what the token holds, as JSON; nil where nobody came by token.
    func appendRequestFields(
        _ request: ForwardedRequest, _ principal: Principal?, permissions: [UInt8]?, _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>, to output: inout ByteBuffer
    ) {
        output.append(head.method.name)
        output.append(0x20)
        output.append(bytes, head.path)
        if let query = head.query {
            output.append(UInt8(ascii: "?"))
            output.append(bytes, query)
        }
        output.append(" HTTP/1.1\r\nHost: luna-plugins\r\n")
        base.appendClientFields(head, bytes, to: &output)
        base.appendOwnFields(request, head, bytes, to: &output)
        if let principal { Self.append(principal, permissions: permissions, to: &output) }
    }

    /// What a plugin is told of who asks, beside the account's id.
    private static func append(_ principal: Principal, permissions: [UInt8]?, to output: inout ByteBuffer) {
        switch principal.accountType {
        case .user: output.appendField("Luna-Account-Type", "user")
        case .advancedUser: output.appendField("Luna-Account-Type", "advanced_user")
        case .admin: output.appendField("Luna-Account-Type", "admin")
        }
        if let tokenID = principal.tokenID {
            output.append("Luna-Token-Id: ")
            output.append(tokenID)
            output.append("\r\n")
        }
        if let permissions {
            output.append("Luna-Token-Permissions: ")
            output.append(contentsOf: permissions)
            output.append("\r\n")
        }
    }
}

extension Authenticator {
    /// Whether the principal may use a method with that verb where a token must hold it under `key`.
    func permits(_ principal: Principal, _ verb: Verb, under key: String) -> Bool {
        guard principal.kind == .token else { return true }
        if key == "streams" { return principal.permits(verb) }
        return grant(of: principal)?.permissions.permits(verb, under: key) ?? false
    }

    /// What the principal's token holds, as JSON: all of it where the token is kept here, of other tokens the verbs of
    /// `streams`. Nil without a token.
    func permissions(of principal: Principal) -> [UInt8]? {
        guard principal.kind == .token else { return nil }
        var writer = JSONWriter()
        if let grant = grant(of: principal) {
            writer.raw(grant.permissions.text)
        } else {
            writer.object {
                $0.name("streams")
                $0.array { for verb in Verb.allCases where principal.permits(verb) { $0.value(verb.name) } }
            }
        }
        return writer.bytes
    }

    private func grant(of principal: Principal) -> TokenGrant? {
        principal.isOfOtherIssuer ? nil : principal.tokenID.flatMap { directory.grant(of: $0, principal.accountID) }
    }
}
