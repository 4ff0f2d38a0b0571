import Auth
import Dispatch
import HTTPCore
import Synchronization
import Testing

/// Whose signature is checked next, and what an authenticator has checked elsewhere.
@Suite struct SignaturePoolTests {
    /// One site for each number.
    private static func network(_ number: UInt64) -> ClientNetwork { ClientNetwork(number: number << 16) }

    /// What was decided, in its order.
    private final class Order: Sendable {
        private let decided = Mutex<[(String, Decision)]>([])

        func note(_ name: String, _ decision: Decision) { decided.withLock { $0.append((name, decision)) } }
        var names: [String] { decided.withLock { $0.map(\.0) } }
        func decision(_ name: String) -> Decision? { decided.withLock { $0.first { $0.0 == name }?.1 } }
    }

    /// A pool whose thread does nothing until `open`.
    private struct Crowd {
        let pool: SignaturePool
        let order = Order()
        private let gate = DispatchSemaphore(value: 0)
        private let group = DispatchGroup()

        init(_ pool: SignaturePool) throws {
            self.pool = pool
            let (gate, reached) = (gate, DispatchSemaphore(value: 0))
            let isTaken = pool.submit(try SignaturePoolTests.token("gate"), from: network(0), now: Realm.now) { _ in
                reached.signal()
                gate.wait()
            }
            #expect(isTaken)
            reached.wait()
        }

        func submit(_ name: String, _ token: ServiceQuestion? = nil, from number: UInt64) throws -> Bool {
            group.enter()
            let (order, group) = (order, group)
            let token = try token ?? SignaturePoolTests.token(name)
            let isTaken = pool.submit(token, from: network(number), now: Realm.now) { decision in
                order.note(name, decision)
                group.leave()
            }
            if !isTaken { group.leave() }
            return isTaken
        }

        func open() {
            gate.signal()
            group.wait()
        }
    }

    /// A token as the authenticator hands it out, signed by nobody where it has no right signature.
    private static func token(_ id: String, isRight: Bool = false) throws -> ServiceQuestion {
        let payload = IssuerSample.payload(#""exp":\#(IssuerSample.now + 100),"id":"\#(id)""#)
        let token = IssuerSample.token(#"{"alg":"RS256"}"#, payload) {
            isRight ? IssuingKey.rsa.sign($0) : Array(repeating: 7, count: 256)
        }
        return try question(Realm(issuers: [IssuerSample.issuer(.rs256)]).authenticator, token)
    }

    private static func question(_ authenticator: Authenticator, _ token: String) throws -> ServiceQuestion {
        struct Decided: Error {}
        guard case .checkSignature(let question) = step(authenticator, token) else { throw Decided() }
        return question
    }

    private static func step(
        _ authenticator: Authenticator, _ token: String, isOfNoIssuer: Bool = false
    ) -> AuthenticationStep {
        let value = Array("Bearer \(token)".utf8)
        return authenticator.decide(
            head: value.span, authorization: 0..<value.count, accountHeader: nil, now: Realm.now,
            isOfNoIssuer: isOfNoIssuer)
    }

    private static func pool(_ queueLimit: Int = 100) throws -> SignaturePool {
        SignaturePool([try IssuerSample.issuer(.rs256)], queueLimit: queueLimit)
    }

    @Test func `One check serves all who wait for a token`() throws {
        let crowd = try Crowd(Self.pool(1))
        for _ in 0..<100 { #expect(try crowd.submit("same", from: 1)) }
        crowd.open()
        #expect(crowd.order.names.count == 100)
        #expect(crowd.pool.signaturesChecked == 2, "the gate's, and one for all")
    }

    @Test func `Networks take turns`() throws {
        let crowd = try Crowd(Self.pool())
        for number in 0..<20 { #expect(try crowd.submit("flood-\(number)", from: 1)) }
        #expect(try crowd.submit("other", Self.token("other", isRight: true), from: 2))
        crowd.open()
        #expect(crowd.order.names.prefix(2).contains("other"))
        #expect(crowd.order.decision("other") == IssuerSample.principal())
        #expect(crowd.order.decision("flood-19") == .unauthenticated(.tokenCorrupted))
    }

    @Test func `Whoever was right lately goes before strangers, however many networks they have`() throws {
        let pool = try Self.pool()
        let known = try Self.token("known", isRight: true)
        let first = DispatchSemaphore(value: 0)
        #expect(pool.submit(known, from: Self.network(1), now: Realm.now) { _ in first.signal() })
        first.wait()
        let crowd = try Crowd(pool)
        for number in 0..<100 { #expect(try crowd.submit("flood-\(number)", from: UInt64(number) + 10)) }
        #expect(try !crowd.submit("one more", from: 200), "there is no room")
        #expect(try crowd.submit("known", known, from: 1), "but for who is known")
        crowd.open()
        #expect(crowd.order.names.prefix(2).contains("known"))
    }

    @Test func `Whoever has most waiting makes room`() throws {
        let crowd = try Crowd(Self.pool(2))
        #expect(try crowd.submit("a", from: 1))
        #expect(try crowd.submit("b", from: 1))
        #expect(try !crowd.submit("c", from: 1))
        #expect(try crowd.submit("d", from: 2))
        #expect(crowd.order.decision("b") == .unavailable(.overloaded), "told at once")
        crowd.open()
        #expect(crowd.order.names.sorted() == ["a", "b", "d"])
    }

    @Test(arguments: TokenAlgorithm.allCases)
    func `Public keys are used elsewhere, a secret at once`(_ algorithm: TokenAlgorithm) throws {
        let issuer = try IssuerSample.issuer(algorithm)
        let realm = Realm(issuers: [issuer])
        let token = IssuerSample.token(algorithm)
        switch Self.step(realm.authenticator, token) {
        case .decided(let decision): #expect(algorithm == .hs256 && decision == IssuerSample.principal())
        case .checkSignature(let question):
            #expect(algorithm != .hs256)
            #expect(realm.authenticator.signaturesChecked == 0)
            let pool = SignaturePool([issuer])
            let done = DispatchSemaphore(value: 0)
            let found = Shared<Decision?>(nil)
            let isTaken = pool.submit(question, from: Self.network(1), now: Realm.now) {
                found.set($0)
                done.signal()
            }
            #expect(isTaken)
            done.wait()
            let decision = try #require(found.value)
            #expect(decision == IssuerSample.principal())
            #expect(realm.authenticator.accept(issued: question, decision, now: Realm.now) == decision)
        case .verify, .ask: Issue.record("another question")
        }
        // From now on it is remembered.
        guard case .decided(IssuerSample.principal()) = Self.step(realm.authenticator, token) else {
            Issue.record("not remembered")
            return
        }
    }

    @Test func `Several secrets that may have signed it are tried elsewhere`() throws {
        let issuers = try [IssuerSample.issuer(.hs256), IssuerSample.issuer(.hs256) { $0.accountType = .admin }]
        let realm = Realm(issuers: issuers)
        _ = try Self.question(realm.authenticator, IssuerSample.token(.hs256))
        #expect(realm.authenticator.signaturesChecked == 0)
    }

    @Test func `What has ended while it waited does not pass`() throws {
        let authenticator = Realm(issuers: [try IssuerSample.issuer(.rs256)]).authenticator
        let question = try Self.question(authenticator, IssuerSample.token(.rs256))
        let late = Realm.now + 200_000
        #expect(
            authenticator.accept(issued: question, IssuerSample.principal(), now: late)
                == .unauthenticated(.tokenExpired))
    }

    @Test func `A token of no issuer is the accounts service's to decide on`() throws {
        let authenticator = Authenticator(
            serviceAllowingAccountHeader: false, issuers: [try IssuerSample.issuer(.rs256)])
        let forged = IssuerSample.token(#"{"alg":"RS256"}"#, IssuerSample.payload()) { IssuingKey.otherRSA.sign($0) }
        let question = try Self.question(authenticator, forged)
        let decision = authenticator.checkSignature(of: question, now: Realm.now)
        #expect(authenticator.accept(issued: question, decision, now: Realm.now) == nil)
        guard case .ask(let asked) = Self.step(authenticator, forged, isOfNoIssuer: true) else {
            Issue.record("not asked")
            return
        }
        #expect(asked.digest == question.digest)
        let good = try Self.question(authenticator, IssuerSample.token(.rs256))
        let allowed = authenticator.checkSignature(of: good, now: Realm.now)
        #expect(authenticator.accept(issued: good, allowed, now: Realm.now) == IssuerSample.principal())
    }

    private final class Shared<Value: Sendable>: Sendable {
        private let mutex: Mutex<Value>

        init(_ value: Value) { mutex = Mutex(value) }
        var value: Value { mutex.withLock { $0 } }
        func set(_ value: Value) { mutex.withLock { $0 = value } }
    }
}
