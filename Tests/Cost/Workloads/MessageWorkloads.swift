import HTTPCore
import StreamsProxy

/// What stands in a request's head.
let messageWorkloads = [
    Workload("fields of a head", 2500) { count in
        parsing(Array(repeating: "Accept: a", count: count))
    },
    Workload("fields of a head that nobody knows", 1500) { count in
        parsing((0..<count).map { "X-Field-\($0): \($0)" })
    },
    Workload("a long field", 30000, result: { _ in 1 }) { count in
        parsing(["Cookie: " + String(repeating: "a=b; ", count: count / 5)])
    },
    Workload("fields that are forwarded, with as many connection options as may be", 500, result: { $0 + 32 }) {
        count in
        forwarding((0..<count).map { "X-Field-\($0): \($0)" } + (0..<32).map { "Connection: X-Option-\($0)" })
    },
    Workload("a long request target", 30000, result: { _ in 0 }) { count in
        parsing([], target: "/6/plugins/luna-streams/streams/" + String(repeating: "a/", count: count / 2))
    },
    Workload("parameters of a query", 2000) { count in
        let query = bytes((0..<count).map { "name\($0)=value" }.joined(separator: "&"))
        let rule = QueryRule(.collection, account: account, isWide: false)
        return {
            guard case .adding(account)? = try? rule.edit(query.span, 0..<query.count) else { return 0 }
            return count
        }
    },
    Workload("parameters of a query that almost name the account", 2000) { count in
        let query = bytes(Array(repeating: "%61ccount_i=x", count: count).joined(separator: "&"))
        let rule = QueryRule(.item, account: account, isWide: false)
        return {
            guard case .unchanged? = try? rule.edit(query.span, 0..<query.count) else { return 0 }
            return count
        }
    },
]

let account = UniqueID(high: 0x6D07_1CCA_FDA5_4A03, low: 0x84D5_5BEA_6590_4480)

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func head(_ fields: [String], target: String = "/6/plugins/luna-streams/streams") -> [UInt8] {
    bytes(
        ["GET \(target) HTTP/1.1", "Host: a"].joined(separator: "\r\n") + fields.map { "\r\n\($0)" }.joined()
            + "\r\n\r\n")
}

/// Limits that let all of it in: what is bounded by default may be set higher.
func wideLimits() -> MessageLimits {
    var limits = MessageLimits()
    limits.startLine = 65535
    limits.head = 65535
    limits.fields = 10000
    return limits
}

/// Parses a head; the work gives the number of fields beside Host.
private func parsing(_ fields: [String], target: String = "/") -> () -> Int {
    let message = head(fields, target: target)
    let parser = HeadParser(limits: wideLimits())
    return {
        var head = RequestHead()
        guard (try? parser.parse(message.span, into: &head)) == true else { return -1 }
        return head.fields.count - 1
    }
}

private func forwarding(_ fields: [String]) -> () -> Int {
    let message = head(fields)
    let parser = HeadParser(limits: wideLimits())
    let forwarding = Forwarding(
        Configuration(
            upstream: UpstreamAddress(isSecure: false, host: "luna", port: 5160, basePath: "", apiVersion: 1),
            accountsFile: "/accounts.json"))
    let request = ForwardedRequest(
        match: RouteMatch(route: .streams, streamID: nil), apiVersion: 1, accountID: account,
        requestID: RequestID(seconds: 0, id: account), peer: bytes("192.0.2.7"), asksUpgrade: false)
    return {
        var head = RequestHead()
        guard (try? parser.parse(message.span, into: &head)) == true else { return -1 }
        var output = ByteBuffer()
        forwarding.appendRequest(request, head, message.span, to: &output)
        return output.count > fields.count ? head.fields.count - 1 : -1
    }
}
