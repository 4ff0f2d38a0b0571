import Glibc
import Testing

/// The seeds of a simulation. `SIMULATION_SEED=17` takes that walk alone, which is how a failure is repeated;
/// `SIMULATION_FACTOR=10` takes ten times as many as usual.
enum Seeds {
    /// Takes one walk for each seed up to `count` and stops at the first that finds a fault. A debug build, which is slow,
    /// takes one in fifty. Returns how many walks there were.
    @discardableResult
    static func walk(
        _ count: UInt64, name: String = #function, _ walk: (UInt64) -> String?
    ) -> UInt64 {
        #if DEBUG
            let usual = max(1, count / 50)
        #else
            let usual = count
        #endif
        let seeds =
            if let one = number("SIMULATION_SEED") {
                one..<one + 1
            } else {
                0..<usual * (number("SIMULATION_FACTOR") ?? 1)
            }
        for seed in seeds {
            guard let fault = walk(seed) else { continue }
            Issue.record("\(fault)\nTo repeat it: SIMULATION_SEED=\(seed) swift test --filter '\(name)'")
            return seed - seeds.lowerBound
        }
        return UInt64(seeds.count)
    }

    private static func number(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
