import Auth
import HTTPCore
import StreamsProxy

/// What stands in a token, and what is read to decide about one.
let tokenWorkloads = [
    Workload("claims of a token", 500) { count in
        issued((0..<count).map { "\"claim\($0)\": \($0)" }, count)
    },
    Workload("audiences of a token", 1000) { count in
        issued(["\"aud\": [" + (0..<count).map { "\"a\($0)\"" }.joined(separator: ",") + ", \"streams\"]"], count)
    },
    Workload("permissions of a token", 1000) { count in
        issued(["\"scope\": \"" + String(repeating: "other:view ", count: count) + "streams:view\""], count)
    },
    Workload("permissions of a token in a list", 1000) { count in
        issued(
            ["\"scope\": [" + Array(repeating: "\"streams:view\"", count: count).joined(separator: ",") + "]"], count)
    },
    Workload("a header of a token", 1000) { count in
        issued([], count, header: (0..<count).map { ",\"name\($0)\":\"\"" }.joined())
    },
    Workload("parts of what is no token", 20000) { count in
        deciding("a" + String(repeating: ".b", count: count)) { $0 == .unauthenticated(.tokenCorrupted) ? count : 0 }
    },
    Workload("a stream whose owner is looked for", 2000) { count in
        let members = (0..<count).map { "\"name\($0)\": {\"account_id\": \"\\u0061\"}" }.joined(separator: ",")
        let text = bytes("{\(members), \"account_id\": \"\(account)\"}")
        return {
            var scanner = OwnerScanner()
            scanner.read(text.span)
            return scanner.account == account ? count : 0
        }
    },
    Workload("a stream whose owner is looked for, byte by byte", 500) { count in
        let text = bytes("{\"a\": \"" + String(repeating: "\\n", count: count) + "\", \"account_id\": \"\(account)\"}")
        return {
            var scanner = OwnerScanner()
            for byte in text { scanner.read([byte].span) }
            return scanner.account == account ? count : 0
        }
    },
]

private let secret = [UInt8](repeating: 7, count: 32)

/// Decides on a token of an issuer with those members, signed rightly; it passes.
private func issued(_ members: [String], _ count: Int, header: String = "") -> () -> Int {
    let payload =
        "{" + (members + ["\"account_id\": \"\(account)\"", "\"exp\": 2000000000"]).joined(separator: ",") + "}"
    let text = "\(encoded(bytes("{\"alg\":\"HS256\"\(header)}"))).\(encoded(bytes(payload)))"
    let signature = KeyedHash(key: secret).digest(bytes(text).span)
    let result: (Decision) -> Int = { decision in
        if case .allowed(let principal) = decision { principal.accountID == account ? count : -1 } else { -2 }
    }
    return deciding("\(text).\(encoded(signature))", result)
}

private func deciding(_ token: String, _ result: @escaping (Decision) -> Int) -> () -> Int {
    let jwk = bytes("{\"kty\": \"oct\", \"k\": \"\(encoded(secret))\"}")
    guard let keys = try? IssuerKey.keys(in: jwk, id: nil, algorithm: .hs256),
        var issuer = TokenIssuer(name: "cost", keys: keys)
    else { fatalError("no issuer") }
    issuer.claims.permissions = "scope"
    let value = bytes("Bearer \(token)")
    let directory = AccountDirectory(AccountsDocument(signingKey: .random()))
    let issuers = [issuer]
    return {
        let authenticator = Authenticator(directory: directory, allowsAccountHeader: false, issuers: issuers)
        let step = authenticator.decide(
            head: value.span, authorization: 0..<value.count, accountHeader: nil, now: 1_900_000_000_000)
        if case .decided(let decision) = step { return result(decision) }
        return -3
    }
}

private func encoded(_ bytes: [UInt8]) -> String { Base64.encode(bytes, .url) }
