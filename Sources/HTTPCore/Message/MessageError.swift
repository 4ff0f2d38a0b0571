/// Every way in which a message can be refused by its bytes alone, or by how slowly they come.
public enum MessageError: UInt8, Error, Sendable, CaseIterable {
    case lineEndWithoutCarriageReturn
    case carriageReturnAlone
    case malformedRequestLine
    case malformedStatusLine
    case malformedTarget
    case tunnelNotOffered
    case unsupportedVersion
    case startLineTooLong
    case headTooLong
    case tooManyFields
    case tooManyOptions
    case malformedFieldName
    case aliasedFieldName
    case malformedFieldValue
    case foldedField
    case missingHost
    case repeatedHost
    case malformedHost
    case mismatchedHost
    case malformedContentLength
    case repeatedContentLength
    case contentLengthWithTransferEncoding
    case malformedTransferEncoding
    case unknownTransferCoding
    case transferEncodingInHTTP10
    case unknownExpectation
    case repeatedContentType
    case malformedChunk
    case chunkTooLong
    case chunkOverhead
    case malformedTrailer
    case forbiddenTrailer
    case contentTooLong
    /// The head was begun and did not end in time.
    case headTooSlow
    /// Content stopped coming.
    case contentStalled
    /// Content kept coming, below the least rate or beyond its time.
    case contentTooSlow
    /// A request came without TLS where TLS is spoken.
    case plainTextToTLS

    /// The reason in logs and counts: one word that never changes.
    package var code: StaticString {
        switch self {
        case .lineEndWithoutCarriageReturn: "bare_lf"
        case .carriageReturnAlone: "bare_cr"
        case .malformedRequestLine: "bad_request_line"
        case .malformedStatusLine: "bad_status_line"
        case .malformedTarget: "bad_target"
        case .tunnelNotOffered: "tunnel_not_offered"
        case .unsupportedVersion: "unsupported_version"
        case .startLineTooLong: "start_line_too_long"
        case .headTooLong: "head_too_long"
        case .tooManyFields: "too_many_fields"
        case .tooManyOptions: "too_many_connection_options"
        case .malformedFieldName: "bad_field_name"
        case .aliasedFieldName: "aliased_field_name"
        case .malformedFieldValue: "bad_field_value"
        case .foldedField: "folded_field"
        case .missingHost: "missing_host"
        case .repeatedHost: "repeated_host"
        case .malformedHost: "bad_host"
        case .mismatchedHost: "mismatched_host"
        case .malformedContentLength: "bad_content_length"
        case .repeatedContentLength: "repeated_content_length"
        case .contentLengthWithTransferEncoding: "content_length_and_transfer_encoding"
        case .malformedTransferEncoding: "bad_transfer_encoding"
        case .unknownTransferCoding: "unknown_transfer_coding"
        case .transferEncodingInHTTP10: "transfer_encoding_in_http_1_0"
        case .unknownExpectation: "unknown_expectation"
        case .repeatedContentType: "repeated_content_type"
        case .malformedChunk: "bad_chunk"
        case .chunkTooLong: "chunk_too_long"
        case .chunkOverhead: "chunk_overhead"
        case .malformedTrailer: "bad_trailer"
        case .forbiddenTrailer: "forbidden_trailer"
        case .contentTooLong: "content_too_long"
        case .headTooSlow: "head_too_slow"
        case .contentStalled: "content_stalled"
        case .contentTooSlow: "content_too_slow"
        case .plainTextToTLS: "plain_text_to_tls"
        }
    }

    /// The status that a request with this fault gets.
    package var status: Int {
        switch self {
        case .lineEndWithoutCarriageReturn, .carriageReturnAlone, .malformedRequestLine, .malformedStatusLine,
            .malformedTarget, .malformedFieldName, .aliasedFieldName, .malformedFieldValue, .foldedField, .missingHost,
            .repeatedHost, .malformedHost, .mismatchedHost, .malformedContentLength, .repeatedContentLength,
            .contentLengthWithTransferEncoding, .malformedTransferEncoding, .transferEncodingInHTTP10,
            .repeatedContentType, .malformedChunk, .chunkTooLong, .chunkOverhead, .malformedTrailer,
            .forbiddenTrailer, .plainTextToTLS:
            400
        case .unsupportedVersion: 505
        case .startLineTooLong: 414
        case .headTooLong, .tooManyFields, .tooManyOptions: 431
        case .unknownTransferCoding, .tunnelNotOffered: 501
        case .unknownExpectation: 417
        case .contentTooLong: 413
        case .headTooSlow, .contentStalled, .contentTooSlow: 408
        }
    }

    /// What was wrong, for the answer's detail: a sentence without any byte of the message.
    package var reason: StaticString {
        switch self {
        case .lineEndWithoutCarriageReturn: "a line ends with LF alone"
        case .carriageReturnAlone: "a CR is not followed by LF"
        case .malformedRequestLine: "malformed request line"
        case .malformedStatusLine: "malformed status line"
        case .malformedTarget: "malformed request target"
        case .tunnelNotOffered: "no tunnels are offered here"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .startLineTooLong: "request line too long"
        case .headTooLong: "message head too long"
        case .tooManyFields: "too many field lines"
        case .tooManyOptions: "too many connection options"
        case .malformedFieldName: "malformed field name"
        case .aliasedFieldName: "another spelling of Content-Length or Transfer-Encoding"
        case .malformedFieldValue: "a field value holds a control character"
        case .foldedField: "a field line is folded"
        case .missingHost: "no Host field"
        case .repeatedHost: "more than one Host field"
        case .malformedHost: "malformed Host field"
        case .mismatchedHost: "the request target and the Host field name different hosts"
        case .malformedContentLength: "malformed Content-Length"
        case .repeatedContentLength: "more than one Content-Length"
        case .contentLengthWithTransferEncoding: "both Content-Length and Transfer-Encoding"
        case .malformedTransferEncoding: "malformed Transfer-Encoding"
        case .unknownTransferCoding: "unknown transfer coding"
        case .transferEncodingInHTTP10: "Transfer-Encoding in an HTTP/1.0 message"
        case .unknownExpectation: "unknown expectation"
        case .repeatedContentType: "more than one Content-Type"
        case .malformedChunk: "malformed chunk"
        case .chunkTooLong: "chunk size too large"
        case .chunkOverhead: "too much chunk framing for too little content"
        case .malformedTrailer: "malformed trailer fields"
        case .forbiddenTrailer: "a trailer field that belongs in the head"
        case .contentTooLong: "content too long"
        case .headTooSlow: "the message head did not come in time"
        case .contentStalled: "the content stopped coming"
        case .contentTooSlow: "the content came too slowly"
        case .plainTextToTLS: "this port speaks HTTPS, and the request came without TLS"
        }
    }
}
