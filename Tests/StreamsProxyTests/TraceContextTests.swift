import HTTPCore
import StreamsProxy
import Testing

/// `traceparent` and `tracestate`: what passes, what is dropped, what is made.
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let valid = "00-\(trace)-00f067aa0ba902b7-01"

    private static func parsed(_ text: String) -> TraceContext? {
        // Bytes around it must not matter.
        let bytes = Array("a\(text)b".utf8)
        return TraceContext(bytes.span, 1..<1 + text.utf8.count)
    }

    @Test(arguments: [
        valid, "00-\(trace)-00f067aa0ba902b7-00", "00-\(trace)-00f067aa0ba902b7-ff", "01-\(trace)-00f067aa0ba902b7-01",
        "cc-\(trace)-00f067aa0ba902b7-01-what-the-future-adds", "00-\(trace)-0000000000000001-01",
    ])
    func `A valid one has its trace`(text: String) {
        #expect(Self.parsed(text)?.traceID == UniqueID(high: 0x4BF9_2F35_77B3_4DA6, low: 0xA3CE_929D_0E0E_4736))
    }

    @Test(arguments: [
        "", "00", trace, "ff-\(trace)-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace.uppercased())-00f067aa0ba902b7-01",
        "\(valid)-more", "\(valid)0", "01-\(trace)-00f067aa0ba902b7-01.more", "00_\(trace)-00f067aa0ba902b7-01",
        "00-\(trace)-00f067aa0ba902b7-0", "00-\(trace)-00f067aa0ba902b7-0g", "0x-\(trace)-00f067aa0ba902b7-01",
        "00-\(trace.dropLast())g-00f067aa0ba902b7-01", "00-\(trace)-00F067AA0BA902B7-01",
        "00-\(trace)--00f067aa0ba902b-01",
    ])
    func `Any other has none`(text: String) {
        #expect(Self.parsed(text) == nil)
    }

    private static func forwarded(_ fields: [String], makes: Bool = false) throws -> [String] {
        var message = ForwardedMessage()
        message.configuration.makesTraceContext = makes
        return try message.upstream((["GET / HTTP/1.1", "Host: h"] + fields).joined(separator: "\r\n"))
            .filter { $0.lowercased().hasPrefix("trace") }
    }

    @Test func `A valid one passes with its state, byte for byte`() throws {
        let fields = ["Traceparent: \(Self.valid)", "tracestate: a=1,b=2", "TraceState: c=3"]
        #expect(try Self.forwarded(fields) == fields)
        #expect(try Self.forwarded(fields, makes: true) == fields)
    }

    @Test(arguments: ["traceparent", "Tracestate, TraceParent", "close, tracestate"])
    func `Naming it in Connection changes nothing about it`(options: String) throws {
        let fields = ["traceparent: \(Self.valid)", "tracestate: a=1"]
        #expect(try Self.forwarded(fields + ["Connection: \(options)"]) == fields)
        #expect(try Self.forwarded(["Connection: \(options)", "tracestate: a=1"]) == [])
    }

    @Test(arguments: [
        ["traceparent: \(valid)x", "tracestate: a=1"],
        ["traceparent: \(valid)", "traceparent: \(valid)", "tracestate: a=1"],
        ["tracestate: a=1"], ["traceparent: ", "tracestate: a=1"], [],
    ])
    func `What is not valid goes no further, and one is made where that is wanted`(fields: [String]) throws {
        #expect(try Self.forwarded(fields) == [])
        // The request id of these tests, without hyphens.
        let made = "traceparent: 00-11111111222243338444555555555555-8444555555555555-01"
        #expect(try Self.forwarded(fields, makes: true) == [made])
    }

    @Test func `What is made is valid, whatever the request id`() {
        for id in [UniqueID(high: 0, low: 0), UniqueID(high: 1, low: 0), UniqueID(high: 0, low: 5), .random()] {
            let requestID = RequestID(seconds: 1, id: id)
            let field = [UInt8](writing: { TraceContext.append(madeFor: requestID, to: &$0) })
            let value = "traceparent: ".utf8.count..<field.count - 2
            #expect(TraceContext(field.span, value)?.traceID == TraceContext.traceID(madeFor: requestID))
        }
    }
}
