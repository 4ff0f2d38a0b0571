import Auth
import Glibc
import HTTPCore
import StreamsProxy

/// What the proxy reads from files.
let fileWorkloads = [
    Workload("settings with many problems", 4000) { count in
        settings((0..<count).map { "  \"NAME_\($0)\": \($0)" }) { problems in problems > 0 ? count : 0 }
    },
    Workload("settings with a long list", 200) { count in
        let origins = (0..<count).map { "\"https://host\($0).example.com\"" }.joined(separator: ", ")
        return settings(["\"LUNA_API_HTTP_SETTINGS\": {\"cors\": {\"allowed_origins\": [\(origins)]}}"]) { _ in count }
    },
    Workload("settings of many lines", 50000) { count in
        settings(["\"LUNA_API_HTTP_SETTINGS\": {\(String(repeating: "\n", count: count))}"]) { _ in count }
    },
    Workload("an accounts file", 100) { count in
        accounts(accounts: count, tokens: count) { $0 == 0 ? count : 0 }
    },
    Workload("an accounts file with many problems", 400) { count in
        accounts(accounts: 0, tokens: count) { $0 > 0 ? count : 0 }
    },
    Workload("a PEM file that is none", 2000) { count in
        let text = bytes(String(repeating: "-----BEGIN CERTIFICATE-----\nQUJD\n", count: count))
        return { ((try? IssuerKey.keys(in: text, id: nil, algorithm: .rs256)) ?? []).isEmpty ? count : 0 }
    },
    Workload("a directory of accounts", 500) { count in
        let document = document(count)
        return { AccountDirectory(document).accountCount }
    },
    Workload("a directory of accounts after a change", 500) { count in
        let old = AccountDirectory(document(count))
        var document = document(count)
        document.accounts[0].description = "changed"
        return {
            let new = AccountDirectory(document, replacing: old)
            return new.accountsChanged(since: old)?.count == 1 ? count : 0
        }
    },
    Workload("a set of keys", 100) { count in
        let x = String(repeating: "A", count: 43)
        let keys = (0..<count).map { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"\($0)\",\"x\":\"\(x)\"}" }
        let text = bytes("{\"keys\":[" + (keys + [secret(count)]).joined(separator: ",\n") + "]}")
        return { ((try? IssuerKey.keys(in: text, id: nil, algorithm: .hs256)) ?? []).count * count }
    },
    Workload("a set of keys that all count", 50) { count in
        let text = bytes("{\"keys\":[" + (0..<count).map(secret).joined(separator: ",\n") + "]}")
        return { ((try? IssuerKey.keys(in: text, id: nil, algorithm: .hs256)) ?? []).count }
    },
]

private func document(_ count: Int) -> AccountsDocument {
    var document = AccountsDocument(signingKey: signingKey)
    document.accounts = (0..<count).map { number in
        AccountRecord(
            id: UniqueID(high: 1, low: UInt64(number)), login: "login\(number)", type: .user, description: "",
            password: hash, created: Timestamp(unixSeconds: 0))
    }
    return document
}

private let signingKey = SigningKey.random()
/// The cheapest there may be.
private let hash: PasswordHash = {
    guard let cost = PasswordCost(n: 1024, r: 1, p: 1), let hash = PasswordHash(of: Secret([1]), cost: cost) else {
        fatalError("no hash")
    }
    return hash
}()

private func secret(_ number: Int) -> String {
    "{\"kty\":\"oct\",\"kid\":\"\(number)\",\"k\":\"\(String(repeating: "A", count: 43))\"}"
}

/// Reads settings; `result` is given the number of problems.
private func settings(_ members: [String], _ result: @escaping (Int) -> Int) -> () -> Int {
    let text = bytes("{\n" + members.joined(separator: ",\n") + "\n}")
    return {
        switch ConfigurationReader.read(text: text, file: "config.json") {
        case .valid: result(0)
        case .invalid(let problems): result(problems.count)
        }
    }
}

/// Reads an accounts file; tokens beyond the accounts are of an account that is not there. `result` is given the number
/// of problems.
private func accounts(accounts: Int, tokens: Int, _ result: @escaping (Int) -> Int) -> () -> Int {
    let time = "\"create_time\": \"2026-11-30T00:00:00Z\""
    let hash = String(repeating: "A", count: 43) + "="
    let salt = String(repeating: "A", count: 22) + "=="
    func id(_ number: Int) -> String { "\(UniqueID(high: 0x4000, low: UInt64(number) | 1 << 63))" }
    let password = "{\"scrypt\": {\"n\": 1024, \"r\": 1, \"p\": 1, \"salt\": \"\(salt)\", \"hash\": \"\(hash)\"}}"
    let own = (0..<accounts).map { number in
        "{\"account_id\": \"\(id(number))\", \"login\": \"a\(number)@example.com\", \"account_type\": \"user\", "
            + "\"description\": \"\", \"password\": \(password), \(time)}"
    }
    let all = (0..<tokens).map { number in
        "{\"token_id\": \"\(id(1 << 32 | number))\", \"account_id\": \"\(id(number))\", \"description\": \"\", "
            + "\"permissions\": {\"streams\": [\"view\"]}, \"visibility_area\": \"account\", "
            + "\"expiration_time\": null, \(time)}"
    }
    let text = """
        {"version": 1, "signing_key": "\(hash)", "accounts": [
        \(own.joined(separator: ",\n"))
        ], "tokens": [
        \(all.joined(separator: ",\n"))
        ]}
        """
    let path = "/tmp/cost-accounts-\(getpid()).json"
    guard let file = fopen(path, "w") else { fatalError("\(path) can't be written") }
    fputs(text, file)
    fclose(file)
    chmod(path, 0o600)
    return {
        switch AccountsFile(path: path).read() {
        case .usable: return result(0)
        case .unusable(let problems, _): return result(problems.count)
        case .absent: return -1
        }
    }
}
