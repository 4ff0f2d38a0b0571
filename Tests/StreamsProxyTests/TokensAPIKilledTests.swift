import Auth
import Glibc
import HTTPCore
import JSON
import Testing

/// Changes of tokens by a process that is killed (SIGKILL) at some moment of its life, over and over: what it had
/// acknowledged is there, what it had not is there whole or not at all, and the file can always be read.
///
/// The process is the program itself, with its `token` commands: they and `/6/tokens` share every step that matters here.
/// `KILLED_ROUNDS` in the environment sets another number of changes, `KILLED_SEED` other moments.
@Suite struct TokensAPIKilledTests {
    private enum Change: Equatable {
        case create
        case update(UniqueID)
        case delete(UniqueID)
    }

    private enum Moment: CaseIterable {
        /// Somewhere between start and end.
        case anywhere
        /// While the new file is written and takes the old one's place.
        case atTheDraft
        case never
    }

    /// Descriptions of the tokens.
    private typealias State = [UniqueID: String]

    @Test func noAcknowledgedChangeIsLost() throws {
        let program = try Program()
        let rounds = Self.number("KILLED_ROUNDS") ?? 200
        let seed = UInt64(Self.number("KILLED_SEED") ?? 20_260_101)
        var generator = SplitMix(state: seed)
        let realm = try TokensRealm()
        let folder = try TemporaryFolder()
        let settings = try folder.write("config.json", Self.settings(accounts: realm.file.path))
        var state = try Self.state(of: realm)
        var counts = (acknowledged: 0, killed: 0)

        for round in 1...rounds {
            let change = Self.change(of: state, &generator)
            let description = "round \(round)"
            let child = try program.start(Self.arguments(change, description) + ["--config", settings])
            switch Moment.allCases.randomElement(using: &generator) ?? .never {
            case .anywhere:
                child.kill(after: .microseconds(Int.random(in: 0...program.lifetime, using: &generator))) { true }
            case .atTheDraft:
                let delay = Duration.microseconds(Int.random(in: 0...3000, using: &generator))
                child.kill(after: delay) { access("\(realm.file.path).new", F_OK) == 0 }
            case .never: break
            }
            let (output, isKilled) = try child.end()

            let place = Comment("round \(round) of seed \(seed): \(change), said \(output)")
            let found = try Self.state(of: realm)
            if output.hasSuffix("}\n") {
                counts.acknowledged += 1
                let id = try #require(JSONParser.parse(Array(output.utf8))["token_id"]?.string.flatMap { UniqueID($0) })
                try #require(found == Self.after(change, state, id, description), place)
            } else {
                try #require(isKilled && output.isEmpty, place)
                counts.killed += 1
                let id = Set(found.keys).subtracting(state.keys).first ?? UniqueID(high: 0, low: 0)
                try #require(found == state || found == Self.after(change, state, id, description), place)
            }
            state = found
        }
        #expect(counts.acknowledged > rounds / 10 && counts.killed > rounds / 10, "\(counts)")
    }

    private static func after(_ change: Change, _ state: State, _ id: UniqueID, _ description: String) -> State {
        var state = state
        switch change {
        case .create: state[id] = description
        case .update(let id): state[id] = description
        case .delete(let id): state[id] = nil
        }
        return state
    }

    private static func state(of realm: TokensRealm) throws -> State {
        Dictionary(uniqueKeysWithValues: try realm.document().tokens.map { ($0.id, $0.description) })
    }

    private static func change(of state: State, _ generator: inout SplitMix) -> Change {
        // In an order that the seed decides alone.
        let ids = state.keys.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
        guard let id = ids.randomElement(using: &generator) else { return .create }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return .update(id)
        case 1: return .delete(id)
        default: return .create
        }
    }

    private static func arguments(_ change: Change, _ description: String) -> [String] {
        switch change {
        case .create:
            let login = TokensRealm.Caller.user.login
            return ["token", "create", "--login", login, "--permissions", "{}", "--description", description]
        case .update(let id):
            return ["token", "update", "--token-id", id.description, "--description", description]
        case .delete(let id): return ["token", "delete", "--token-id", id.description]
        }
    }

    private static func settings(accounts: String) -> String {
        """
        {
          "LUNA_API_ACTIVE_PLUGINS": ["luna-streams"],
          "LUNA_API_PLUGINS_SETTINGS": {
            "luna-streams": {"luna-streams-address": {"origin": "http://127.0.0.1:5160", "api_version": 1}}
          },
          "CONFIG_AUTHORIZATION_USERS": "\(accounts)"
        }
        """
    }

    private static func number(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }
}

/// `streams-proxy`, as it was built together with these tests.
private struct Program {
    let path: String
    /// How long a change takes, in microseconds, and somewhat more.
    let lifetime: Int

    /// One that no round is about.
    init() throws {
        if let named = getenv("STREAMS_PROXY") {
            path = String(cString: named)
        } else {
            let folder = try #require(realpath("/proc/self/exe", nil))
            defer { free(folder) }
            path = String(cString: dirname(folder)) + "/streams-proxy"
        }
        try #require(access(path, X_OK) == 0, "no executable at \(path)")
        let start = ContinuousClock.now
        _ = try Child(path, ["token", "list", "--config", "/nonexistent"]).end()
        // Reading, writing and synchronising comes to about as much again.
        lifetime = Int((ContinuousClock.now - start) / .microseconds(1)) * 2
    }

    func start(_ arguments: [String]) throws -> Child { try Child(path, arguments) }
}

/// A process that runs, and what it writes.
private final class Child {
    struct Failure: Error {
        let code: Int32
    }

    private let id: pid_t
    private let output: Int32
    /// Its `wait` status once it has ended.
    private var status: Int32?

    init(_ path: String, _ arguments: [String]) throws {
        var pipe: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&pipe) == 0)
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &actions, nil, &words, &environment)
        close(pipe[1])
        output = pipe[0]
        self.id = id
        if code != 0 { throw Failure(code: code) }
    }

    deinit { close(output) }

    /// Kills it `delay` after `sign` was first true, unless it has ended before. The moment can only be hit by watching.
    func kill(after delay: Duration, sign: () -> Bool) {
        var deadline: ContinuousClock.Instant?
        while !hasEnded {
            let now = ContinuousClock.now
            if deadline == nil, sign() { deadline = now + delay }
            if let deadline, now >= deadline {
                Glibc.kill(id, SIGKILL)
                return
            }
            sched_yield()
        }
    }

    private var hasEnded: Bool {
        var status: Int32 = 0
        if self.status == nil, waitpid(id, &status, WNOHANG) == id { self.status = status }
        return self.status != nil
    }

    /// Waits for its end: all that it has written, and whether it was killed.
    func end() throws -> (output: String, isKilled: Bool) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(output, &chunk, chunk.count)
            if count == -1, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        if status == nil {
            var ended: Int32 = 0
            while waitpid(id, &ended, 0) == -1 { try #require(errno == EINTR) }
            status = ended
        }
        return (String(decoding: bytes, as: UTF8.self), status.map { $0 & 0x7F == SIGKILL } ?? false)
    }
}
