package import HTTPCore

/// The wrong passwords of late. After ten within a minute for one login from one network, that network must wait with this
/// login: two seconds, then four, a minute at most; ten quiet minutes forget it. And a network that has sent three for
/// whatever login comes after those that have not.
///
/// The same password again is no other guess: it may be a device that was not told of the new one. Times are milliseconds
/// of a clock that only grows. What one network sends makes at most as many entries as there are hashes computed for it.
package struct GuessRecord {
    static let free = 10
    static let window: Int64 = 60_000
    static let firstDelay: Int64 = 2_000
    static let longestDelay: Int64 = 60_000
    static let memory: Int64 = 600_000
    static let freeOfNetwork = 3

    private struct Guesser: Hashable {
        let login: UInt64
        let network: UInt64
    }

    private struct Guesses {
        var count = 0
        /// When the minute began in which the free ones are counted.
        var begin: Int64
        var last: Int64
        var end: Int64 = 0
        var digest: CredentialDigest
    }

    private var guesses = RecentTable<Guesser, Guesses>(capacity: 8192)
    /// By network, how many, and when the last of them came.
    private var networks = RecentTable<UInt64, (count: Int, last: Int64)>(capacity: 65536)

    package init() {}

    /// How many entries there are.
    package var count: Int { guesses.count + networks.count }

    /// How long the network must wait with this login; 0 where it need not.
    package mutating func delay(of login: UInt64, from network: ClientNetwork, now: Int64) -> Int64 {
        guard let found = guesses.find(Guesser(login: login, network: network.home)) else { return 0 }
        return max(0, found.end - now)
    }

    /// Whether only wrong passwords may be expected of the network.
    package mutating func isSuspect(_ network: ClientNetwork, now: Int64) -> Bool {
        guard let found = networks.find(network.home), now - found.last < Self.memory else { return false }
        return found.count >= Self.freeOfNetwork
    }

    /// A wrong password has come.
    package mutating func note(_ digest: CredentialDigest, of login: UInt64, from network: ClientNetwork, now: Int64) {
        let guesser = Guesser(login: login, network: network.home)
        var found = guesses.find(guesser)
        if let last = found?.last, now - last >= Self.memory { found = nil }
        if found?.digest == digest { return }
        var entry = found ?? Guesses(begin: now, last: now, digest: digest)
        if entry.count < Self.free, now - entry.begin >= Self.window { (entry.count, entry.begin) = (0, now) }
        entry.count += 1
        (entry.last, entry.digest) = (now, digest)
        if entry.count >= Self.free {
            entry.end = now + min(Self.longestDelay, Self.firstDelay << Int64(min(entry.count - Self.free, 5)))
        }
        guesses.store(guesser, entry)

        var faults = networks.find(network.home) ?? (0, now)
        if now - faults.last >= Self.memory { faults.count = 0 }
        networks.store(network.home, (min(faults.count + 1, Self.freeOfNetwork), now))
    }

    /// The right password has come: whoever knows it was not guessing.
    package mutating func forget(_ login: UInt64, from network: ClientNetwork) {
        guesses.remove(Guesser(login: login, network: network.home))
    }
}
