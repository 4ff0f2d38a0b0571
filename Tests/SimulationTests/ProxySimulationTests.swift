import Auth
import Glibc
import HTTPCore
import SeededRandom
import StreamsProxy
import Testing

/// A whole worker between scripted clients and a scripted Luna-Streams, on one thread and a clock that the walk moves.
struct ProxySimulationTests {
    private final class Clock {
        var now: Int64 = 1_000_000_000
    }

    /// What walks have seen, to tell those that prove something.
    private struct Tally {
        var arrived = 0
        var whole = 0
        var retried = 0
    }

    private static func configuration(port: Int) -> Configuration {
        let upstream = UpstreamAddress(isSecure: false, host: "127.0.0.1", port: port, basePath: "", apiVersion: 1)
        var configuration = Configuration(upstream: upstream, accountsFile: "/nowhere.json")
        configuration.allowsAccountHeader = true
        // Content and streams of accounts are not what this is about.
        configuration.isAccountIsolationOn = false
        configuration.http.requestTimeout = .seconds(5)
        configuration.http.keepAliveTimeout = .seconds(5)
        configuration.timeouts.request = .seconds(20)
        configuration.timeouts.sockRead = .seconds(7)
        configuration.logger.toStandardOutput = false
        return configuration
    }

    private static let directory: AccountDirectory? = {
        guard let cost = PasswordCost(n: 1024, r: 1, p: 1), let hash = PasswordHash(of: Secret([1]), cost: cost) else {
            return nil
        }
        var document = AccountsDocument(signingKey: .random())
        document.accounts = [
            AccountRecord(
                id: Call.account, login: "a", type: .user, description: "", password: hash,
                created: Timestamp(unixSeconds: 0))
        ]
        return AccountDirectory(document)
    }()

    private static func walk(_ seed: UInt64, _ tally: inout Tally) -> String? {
        guard let directory else { return "no accounts" }
        var random = SeededRandom(seed)
        let clock = Clock()
        var lists: [[Call]] = []
        var calls: [Int: Call] = [:]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let list = (0..<Int.random(in: 1...4, using: &random)).map { Call(calls.count + $0, &random) }
            for call in list { calls[call.number] = call }
            lists.append(list)
        }
        do throws(SystemError) {
            let streams = try SimulatedStreams(calls)
            let proxy = try SteppedProxy(configuration(port: streams.port), directory) { clock.now }
            defer {
                streams.close()
                proxy.close()
            }
            return walk(&random, clock, lists, streams, proxy, &tally)
        } catch {
            return "no proxy: \(error)"
        }
    }

    private static func walk(
        _ random: inout SeededRandom, _ clock: Clock, _ lists: [[Call]], _ streams: SimulatedStreams,
        _ proxy: SteppedProxy, _ tally: inout Tally
    ) -> String? {
        var waiting = lists[...]
        var clients: [SimulatedClient] = []
        defer { for client in clients { client.close() } }
        for step in 0..<1500 {
            // At first everybody does as the seed likes; then all do their best, and everything must come to an end.
            let isEager = step > 120
            if isEager || random.once(in: 8), let list = waiting.popFirst() {
                guard let client = SimulatedClient(list, port: proxy.port, &random) else { return "no way in" }
                clients.append(client)
            }
            for client in clients { client.step(&random, isEager: isEager) }
            proxy.turn()
            streams.step(&random, isEager: isEager)
            proxy.turn()
            if let fault = streams.fault ?? clients.lazy.compactMap(\.fault).first { return "step \(step): \(fault)" }
            clock.now += isEager ? 50_000_000 : Int64.random(in: 0...20_000_000, using: &random)
            guard isEager, waiting.isEmpty, proxy.clientCount == 0, proxy.idleCount == 0 else { continue }
            // What the proxy has left with the system comes in the system's time: one that takes little at once is asked
            // again after 200 ms whether it takes more.
            if !clients.allSatisfy(\.isOver) {
                usleep(1000)
            } else {
                tally.arrived += streams.arrivedCount
                tally.retried += streams.retried
                tally.whole += clients.reduce(0) { $0 + $1.wholeCount }
                return nil
            }
        }
        return "no end: \(proxy.clientCount) clients, \(proxy.idleCount) idle, over: \(clients.map(\.isOver))"
    }

    /// 4610: the system still had something to deliver. 5888: a reset that was told to the sender of a request whose early
    /// answer ended with the connection, and so looked like an end in order.
    @Test(arguments: [4610, 5888] as [UInt64]) func `Walks that have found something stay good`(seed: UInt64) {
        var tally = Tally()
        #expect(Self.walk(seed, &tally) == nil)
    }

    @Test func `No call is made twice, mixed up, left hanging or cut so that it looks whole`() {
        var tally = Tally()
        let walks = Seeds.walk(1000) { Self.walk($0, &tally) }
        guard walks >= 200 else { return }
        // Walks in which nothing comes through would prove nothing.
        #expect(tally.arrived > Int(walks))
        #expect(tally.whole > Int(walks))
        #expect(tally.retried > Int(walks) / 100)
    }
}
