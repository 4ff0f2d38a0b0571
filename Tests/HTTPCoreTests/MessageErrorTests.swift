import HTTPCore
import Testing

/// What log and metrics call a refused message.
struct MessageErrorTests {
    private static let codes = [
        "bare_lf", "bare_cr", "bad_request_line", "bad_status_line", "bad_target", "tunnel_not_offered",
        "unsupported_version", "start_line_too_long", "head_too_long", "too_many_fields", "too_many_connection_options",
        "bad_field_name",
        "aliased_field_name", "bad_field_value", "folded_field", "missing_host", "repeated_host", "bad_host",
        "mismatched_host", "bad_content_length", "repeated_content_length", "content_length_and_transfer_encoding",
        "bad_transfer_encoding", "unknown_transfer_coding", "transfer_encoding_in_http_1_0", "unknown_expectation",
        "repeated_content_type", "bad_chunk", "chunk_too_long", "chunk_overhead", "bad_trailer", "forbidden_trailer",
        "content_too_long", "head_too_slow", "content_stalled", "content_too_slow", "plain_text_to_tls",
    ]

    @Test func `Every error has a code of its own, and keeps it`() {
        #expect(MessageError.allCases.map(\.code.description) == Self.codes)
        #expect(Set(Self.codes).count == MessageError.allCases.count)
    }

    @Test(arguments: MessageError.allCases)
    func `A code is one word of lower-case letters, digits and underscores`(_ error: MessageError) {
        let code = error.code.description
        #expect(code.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        #expect(code.first?.isLetter == true && code.last != "_" && !code.contains("__"))
    }

    @Test(arguments: MessageError.allCases)
    func `A status is one that HTTP has for it`(_ error: MessageError) {
        #expect([400, 408, 413, 414, 417, 431, 501, 505].contains(error.status))
        #expect(Status.reason(error.status).description != "Unknown")
        #expect(!error.reason.description.isEmpty)
    }
}
