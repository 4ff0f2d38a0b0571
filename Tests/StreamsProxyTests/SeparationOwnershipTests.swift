import Auth
import HTTPCore
import StreamsProxy
import Testing

struct SeparationOwnershipTests {
    private static let ids = (0..<100).map { UniqueID(high: 7, low: UInt64($0)) }

    private static func answered(
        _ memory: inout OwnershipMemory, _ id: UniqueID, _ owner: StreamOwner, at now: Int64 = 0
    ) {
        memory.remember(owner, answering: memory.question(about: id, now: now))
    }

    // MARK: Memory

    @Test func `An answer holds for its lifetime, counted from the question`() {
        var memory = OwnershipMemory()
        let id = Self.ids[0]
        #expect(memory.owner(of: id, now: 0) == nil)
        Self.answered(&memory, id, .account(Samples.own), at: 1000)
        #expect(memory.owner(of: id, now: 1000) == .account(Samples.own))
        #expect(memory.owner(of: id, now: 2999) == .account(Samples.own))
        #expect(memory.owner(of: id, now: 3000) == nil)
        #expect(memory.owner(of: Self.ids[1], now: 1000) == nil)
    }

    @Test func `An absence holds as long as an owner, so that time tells nobody which it was`() {
        var memory = OwnershipMemory()
        let id = Self.ids[0]
        Self.answered(&memory, id, .absent)
        #expect(memory.owner(of: id, now: 1999) == .absent)
        #expect(memory.owner(of: id, now: 2000) == nil)
        Self.answered(&memory, id, .account(Samples.own), at: 500)
        #expect(memory.owner(of: id, now: 2499) == .account(Samples.own))
        Self.answered(&memory, id, .absent, at: 600)
        #expect(memory.owner(of: id, now: 2599) == .absent)
        #expect(memory.owner(of: id, now: 2600) == nil)
    }

    @Test func `Lifetimes are settings`() {
        var memory = OwnershipMemory(ownerLifetime: 10, absenceLifetime: 0)
        Self.answered(&memory, Self.ids[0], .account(Samples.own))
        Self.answered(&memory, Self.ids[1], .absent)
        #expect(memory.owner(of: Self.ids[0], now: 9) == .account(Samples.own))
        #expect(memory.owner(of: Self.ids[0], now: 10) == nil)
        #expect(memory.owner(of: Self.ids[1], now: 0) == nil)
    }

    @Test func `What was forgotten must be asked again`() {
        var memory = OwnershipMemory()
        Self.answered(&memory, Self.ids[0], .account(Samples.own))
        Self.answered(&memory, Self.ids[1], .account(Samples.foreign))
        memory.forget(Self.ids[0])
        #expect(memory.owner(of: Self.ids[0], now: 1) == nil)
        #expect(memory.owner(of: Self.ids[1], now: 1) == .account(Samples.foreign))
        memory.forgetAll()
        #expect(memory.owner(of: Self.ids[1], now: 1) == nil)
        #expect(memory.count == 0)
    }

    @Test func `An answer to a question from before a change is not remembered`() {
        for forgetsAll in [false, true] {
            var memory = OwnershipMemory()
            let id = Self.ids[0]
            let question = memory.question(about: id, now: 0)
            if forgetsAll { memory.forgetAll() } else { memory.forget(id) }
            memory.remember(.account(Samples.own), answering: question)
            #expect(memory.owner(of: id, now: 0) == nil)
            Self.answered(&memory, id, .account(Samples.own))
            #expect(memory.owner(of: id, now: 0) == .account(Samples.own))
        }
    }

    @Test func `However many streams are asked about, the memory is bounded and the latest are in it`() {
        for capacity in [1, 2, 7, 16] {
            var memory = OwnershipMemory(capacity: capacity)
            for (index, id) in Self.ids.enumerated() {
                Self.answered(&memory, id, .account(Samples.own))
                #expect(memory.count <= max(2, capacity))
                for recent in Self.ids[...index].suffix(max(1, capacity / 2)) {
                    #expect(memory.owner(of: recent, now: 0) == .account(Samples.own))
                }
            }
            #expect(memory.owner(of: Self.ids[0], now: 0) == nil)
        }
    }

    @Test func `An old entry never shows behind a newer one`() {
        var memory = OwnershipMemory(capacity: 4)
        Self.answered(&memory, Self.ids[0], .account(Samples.foreign))
        Self.answered(&memory, Self.ids[1], .absent)
        Self.answered(&memory, Self.ids[2], .absent)
        Self.answered(&memory, Self.ids[0], .account(Samples.own))
        memory.forget(Self.ids[0])
        #expect(memory.owner(of: Self.ids[0], now: 0) == nil)
    }

    // MARK: Answer

    private static let stream =
        #"{"stream_id":"\#(Samples.stream)","account_id":"\#(Samples.foreignText)","data":{"type":"tcp"},"groups":[]}"#

    private static let answers: [(status: Int, content: String, expected: OwnerAnswer)] = [
        (200, stream, .owner(.account(Samples.foreign))),
        (200, stream.uppercased().replacing("ACCOUNT_ID", with: "account_id"), .owner(.account(Samples.foreign))),
        (404, #"{"error_code":39001}"#, .owner(.absent)), (404, "", .owner(.absent)),
        (200, "", .unknown), (200, "{}", .unknown), (200, "[]", .unknown), (200, "<html>", .unknown),
        (200, #"{"account_id":null}"#, .unknown), (200, #"{"account_id":"me"}"#, .unknown),
        (200, #"{"stream":\#(stream)}"#, .unknown), (200, String(stream.dropLast()), .unknown),
        (200, #"{"account_id":"\#(Samples.ownText)","account_id":"\#(Samples.foreignText)"}"#, .unknown),
        (200, stream + String(repeating: " ", count: 7 << 20), .unknown),
        (200, stream + String(repeating: " ", count: 100 << 10), .owner(.account(Samples.foreign))),
        // What Luna-Streams writes for 1e999, and more characters than it may have asked for.
        (
            200, #"{"data":{"x":[Infinity,-Infinity,NaN,"}"]},"account_id":"\#(Samples.ownText)","y":1e5}"#,
            .owner(.account(Samples.own))
        ),
        (
            200,
            #"{"location":{"city":"\#(String(repeating: "x", count: 2 << 20))"},"account_id":"\#(Samples.ownText)"}"#,
            .owner(.account(Samples.own))
        ),
        (200, #"{"\u0061ccount_id":"\#(Samples.ownText)"}"#, .owner(.account(Samples.own))),
        // A string says nothing of whose it is, wherever it stands and whatever it holds.
        (
            200, #"{"name":"\",\"account_id\":\"\#(Samples.foreignText)\"","account_id":"\#(Samples.ownText)"}"#,
            .owner(.account(Samples.own))
        ),
        (200, #"{"name":"\\","account_id":"\#(Samples.ownText)"}"#, .owner(.account(Samples.own))),
        (200, #"{"a":{"account_id":"\#(Samples.ownText)"}}"#, .unknown),
        (200, #"{"a":["account_id","\#(Samples.ownText)"]}"#, .unknown),
        (200, #"{"account_id":{"account_id":"\#(Samples.ownText)"}}"#, .unknown),
        (200, #"{"account_id":"\#(Samples.ownText)","account_id":null}"#, .unknown),
        (200, #"{"account_id":null,"account_id":"\#(Samples.ownText)"}"#, .unknown),
        (200, #"{"account_id":"\#(Samples.ownText)"},"#, .unknown),
        (200, #"{"account_id":"\#(Samples.ownText)"}{}"#, .unknown),
        (200, #"{"account_id":"\#(Samples.ownText)",}"#, .unknown),
        (200, #"{"account_id" "\#(Samples.ownText)"}"#, .unknown),
        (200, #"{"account_id":"\#(Samples.ownText)" "x":1}"#, .unknown),
        (200, #"{"x":[1},"account_id":"\#(Samples.ownText)"}"#, .unknown),
        (200, #"["account_id","\#(Samples.ownText)"]"#, .unknown),
        (200, #"{"x":1 2,"account_id":"\#(Samples.ownText)"}"#, .unknown),
        (200, #"{"x":\#(String(repeating: "[", count: 64))"#, .unknown),
        (201, stream, .unknown), (204, "", .unknown), (206, stream, .unknown), (301, stream, .unknown),
        (304, "", .unknown), (400, stream, .unknown), (401, stream, .unknown), (403, stream, .unknown),
        (410, "", .unknown), (500, stream, .unknown), (503, "", .unknown),
    ]

    @Test(arguments: answers)
    func `Only a stream with its account says whose it is`(
        _ row: (status: Int, content: String, expected: OwnerAnswer)
    ) {
        #expect(OwnerAnswer(status: row.status, content: Array(row.content.utf8).span) == row.expected)
    }

    @Test func `It makes no difference how the answer comes apart`() {
        for row in Self.answers where row.content.utf8.count < 4096 {
            var scanner = OwnerScanner()
            for byte in row.content.utf8 { scanner.read([byte].span) }
            #expect(OwnerAnswer(status: row.status, content: scanner.summary.span) == row.expected, "\(row.content)")
        }
    }

    // MARK: Rule

    private static func outcome(_ principal: Principal, _ method: Method, _ owner: StreamOwner) -> SeparationRefusal? {
        do throws(SeparationRefusal) {
            try OwnershipRule.check(principal, method, Samples.stream, owner)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: Method.allCases)
    func `Own streams pass for everybody, absent ones for nobody`(_ method: Method) {
        for principal in Samples.separated + Samples.wide {
            #expect(Self.outcome(principal, method, .account(Samples.own)) == nil)
            // As another account's do, byte for byte: which of the two it is stays unknown.
            #expect(Self.outcome(principal, method, .absent) == .streamNotFound(Samples.stream))
        }
    }

    @Test(arguments: Method.allCases)
    func `A foreign stream is hidden, but for the reads of those who read all`(_ method: Method) {
        let isRead = method == .get || method == .head
        for principal in Samples.separated {
            #expect(
                Self.outcome(principal, method, .account(Samples.foreign)) == .streamNotFound(Samples.stream))
        }
        for principal in Samples.wide {
            #expect(
                Self.outcome(principal, method, .account(Samples.foreign)) == (isRead ? nil : .foreignAccount))
        }
    }
}
