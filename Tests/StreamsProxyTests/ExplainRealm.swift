import Auth
import Glibc
import JSON
import StreamsProxy
import Testing

/// Settings and an accounts file to explain requests with: `ann`, a user, and `root`, an administrator.
final class ExplainRealm {
    static let ann = "6d071cca-fda5-4a03-84d5-5bea65904480"
    static let root = "00000000-0000-4000-8000-000000000001"
    static let foreign = "00000000-0000-4000-b000-000000000146"
    static let stream = "b3cd1fbc-7a1f-4a3e-9a63-21d3a6b6f9a1"
    static let password = "canary-password"

    private let folder: TemporaryFolder
    let settings: String
    /// Token texts by the names that the cases know them under.
    private(set) var tokens: [String: String] = [:]
    private(set) var tokenIDs: [String: String] = [:]

    /// `plugin` are more members of the plugin's settings, and `settings` of all, each with a comma behind it.
    init(plugin: String = "", settings: String = "") throws {
        folder = try TemporaryFolder()
        // Nobody listens on port 1: whoever asks Luna-Streams hears that at once.
        self.settings = try folder.write(
            "config.json",
            """
            {"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {\(plugin)
              "luna-streams-address": {"origin": "http://127.0.0.1:1/1", "api_version": 1},
              "luna-streams-timeouts": {"request": 42, "connect": 4.5}}}, \(settings)
              "LUNA_API_HTTP_SETTINGS": {"request_max_size": 2000000}}
            """)
        for (login, type, id) in [("ann@example.org", "user", Self.ann), ("root@example.org", "admin", Self.root)] {
            try account(["create", "--login", login, "--type", type, "--account-id", id, "--password-stdin"])
        }
        try token("view", #"["view"]"#)
        try token("all", #"["creation", "view", "modification", "deletion"]"#)
        try token("expired", #"["view"]"#, "--expires", "2020-01-01T00:00:00Z", "--allow-past")
        try token("deleted", #"["view"]"#)
        let id = try #require(tokenIDs["deleted"])
        #expect(TokenCommand.run(["delete", "--token-id", id], lookup: lookup).exitCode == 0)
        try account(["create", "--login", "reader@example.org", "--type", "admin", "--password-stdin"])
        try token("degraded", #"["view"]"#, "--visibility-area", "all", login: "reader@example.org")
        try account(["update", "--login", "reader@example.org", "--type", "user"])
    }

    deinit {
        for name in ["accounts.json", "accounts.json.lock", "content"] { unlink("\(folder.path)/\(name)") }
    }

    private func lookup(_ path: String) -> AccountsFileLocation { .found(path: "\(folder.path)/accounts.json") }

    private func account(_ arguments: [String]) throws {
        let cost = try #require(PasswordCost(n: 1024, r: 1, p: 1))
        let result = AccountCommand.run(
            arguments, passwords: PasswordSource(standardInput: { Array(Self.password.utf8) }), cost: cost,
            lookup: lookup)
        #expect(result.exitCode == 0, "\(result.standardError)")
    }

    private func token(
        _ name: String, _ verbs: String, _ options: String..., login: String = "ann@example.org"
    ) throws {
        let result = TokenCommand.run(
            ["create", "--login", login, "--permissions", #"{"streams": \#(verbs)}"#] + options, lookup: lookup)
        let answer = try JSONParser.parse(Array(result.standardOutput.utf8))
        tokens[name] = answer["token"]?.string
        tokenIDs[name] = answer["token_id"]?.string
    }

    /// The accounts file's text.
    func accountsText() throws -> [UInt8] {
        let descriptor = open("\(folder.path)/accounts.json", O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        bytes.removeLast(bytes.count - read(descriptor, &bytes, bytes.count))
        return bytes
    }

    /// Field lines for credentials named shortly: `view` is the token of that name.
    func fields(_ credentials: String?) -> [String] {
        guard let credentials else { return [] }
        if let token = tokens[credentials] { return ["Authorization: Bearer \(token)"] }
        switch credentials {
        case "ann", "root":
            let pair = Base64.encode(Array("\(credentials)@example.org:\(Self.password)".utf8), .standard)
            return ["Authorization: Basic \(pair)"]
        default: return [credentials]
        }
    }

    func explain(_ line: String, _ fields: [String] = [], content: String? = nil, _ options: [String] = []) throws
        -> CommandResult
    {
        var arguments = ["--config", settings, "--request", line] + options
        for field in fields { arguments += ["--header", field] }
        if let content { arguments += ["--content", try folder.write("content", content)] }
        return ExplainCommand.run(arguments)
    }
}
