import Auth
import HTTPCore
import SeededRandom
import Synchronization
import Testing

/// Attackers of a few sites ask an accounts service about made-up tokens as fast as they can; others ask now and then. Time
/// goes in steps, and the service takes some for each question.
struct QuestionFairnessSimulationTests {
    private static let now: Int64 = 1_900_000_000_000
    private static let good = Decision.allowed(
        Principal(accountID: UniqueID(high: 1, low: 2), accountType: .user, kind: .token))

    /// Made once: each is an HMAC.
    private static let digests: [CredentialDigest] = (0..<6000).map { number in
        let value = Array("Bearer \(number)".utf8)
        return Authenticator(serviceAllowingAccountHeader: true).question(
            head: value.span, authorization: 0..<value.count, accountHeader: nil)!.digest
    }

    private static func walk(_ seed: UInt64) -> String? {
        var random = SeededRandom(seed)
        let sites = UInt64.random(in: 1...6, using: &random)
        let latency = Int.random(in: 1...4, using: &random)
        let bounds = QuestionTurns.Bounds()
        let table = DecisionTable()
        let due = Mutex<[CredentialDigest]>([])
        let heard = Mutex<[CredentialDigest: Bool]>([:])
        var underWay: [(digest: CredentialDigest, end: Int)] = []
        var ofHonest: Set<CredentialDigest> = []
        var since: [CredentialDigest: Int] = [:]
        var next = 0

        func ask(_ network: UInt64, at step: Int) -> (CredentialDigest, String) {
            let digest = digests[next % digests.count]
            next += 1
            let asker = DecisionTable.Asker(
                network: ClientNetwork(number: network), owner: ObjectIdentifier(DecisionTable.self)
            ) { due.withLock { $0.append(digest) } }
            let answer = table.ask(digest, isRead: true, by: asker, now: now + Int64(step)) { answer in
                if case .allowed = answer.decision {
                    heard.withLock { $0[digest] = true }
                } else {
                    heard.withLock { $0[digest] = false }
                }
            }
            switch answer {
            case .decided: return (digest, "refused")
            case .waiting: return (digest, "waits")
            case .mustAsk:
                underWay.append((digest, step + latency))
                return (digest, "asks")
            }
        }

        for step in 0..<60 {
            for _ in 0..<Int.random(in: 20...60, using: &random) {
                let site = UInt64.random(in: 1...sites, using: &random)
                _ = ask(site << 16 | .random(in: 0..<256, using: &random), at: step)
            }
            let (digest, outcome) = ask((100 + UInt64(step)) << 16, at: step)
            if outcome == "refused" { return "a new site was refused in step \(step)" }
            ofHonest.insert(digest)
            since[digest] = step
            for question in underWay where question.end <= step {
                table.complete(
                    question.digest, ofHonest.contains(question.digest) ? good : .unauthenticated(.tokenUnknown),
                    now: now + Int64(step))
            }
            underWay.removeAll { $0.end <= step }
            for digest in due.withLock({ Array($0) }) { underWay.append((digest, step + latency)) }
            due.withLock { $0 = [] }
            if underWay.count > bounds.strangers { return "\(underWay.count) questions at once" }
            for (digest, begin) in since {
                switch heard.withLock({ $0[digest] }) {
                case .some(true): since[digest] = nil
                case .some(false): return "an honest question of step \(begin) had to go"
                case .none:
                    if step - begin > 3 * latency { return "an honest question has waited since step \(begin)" }
                }
            }
        }
        return nil
    }

    @Test func `Whoever is new is asked about soon, however many made-up tokens others send`() {
        Seeds.walk(200, Self.walk)
    }
}
