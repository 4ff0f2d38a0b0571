/// Every way in which a message can be refused by its bytes alone. The raw value is the reason code of the log.
public enum MessageError: String, Error, Sendable, CaseIterable {
    case lineEndWithoutCarriageReturn = "bare-lf"
    case carriageReturnAlone = "bare-cr"
    case malformedRequestLine = "request-line"
    case malformedStatusLine = "status-line"
    case malformedTarget = "target"
    case tunnelNotOffered = "connect"
    case unsupportedVersion = "version"
    case startLineTooLong = "start-line-too-long"
    case headTooLong = "head-too-long"
    case tooManyFields = "too-many-fields"
    case malformedFieldName = "field-name"
    case aliasedFieldName = "field-alias"
    case malformedFieldValue = "field-value"
    case foldedField = "folded-field"
    case missingHost = "host-missing"
    case repeatedHost = "host-repeated"
    case malformedHost = "host"
    case mismatchedHost = "host-mismatch"
    case malformedContentLength = "content-length"
    case repeatedContentLength = "content-length-repeated"
    case contentLengthWithTransferEncoding = "content-length-and-transfer-encoding"
    case malformedTransferEncoding = "transfer-encoding"
    case unknownTransferCoding = "transfer-coding"
    case transferEncodingInHTTP10 = "transfer-encoding-in-1.0"
    case unknownExpectation = "expectation"
    case repeatedContentType = "content-type-repeated"
    case malformedChunk = "chunk"
    case chunkTooLong = "chunk-size"
    case chunkOverhead = "chunk-overhead"
    case malformedTrailer = "trailer"
    case forbiddenTrailer = "trailer-forbidden"
    case contentTooLong = "content-too-long"

    /// The status that a request with this fault gets.
    package var status: Int {
        switch self {
        case .lineEndWithoutCarriageReturn, .carriageReturnAlone, .malformedRequestLine, .malformedStatusLine,
            .malformedTarget, .malformedFieldName, .aliasedFieldName, .malformedFieldValue, .foldedField, .missingHost,
            .repeatedHost, .malformedHost, .mismatchedHost, .malformedContentLength, .repeatedContentLength,
            .contentLengthWithTransferEncoding, .malformedTransferEncoding, .transferEncodingInHTTP10,
            .repeatedContentType, .malformedChunk, .chunkTooLong, .chunkOverhead, .malformedTrailer,
            .forbiddenTrailer:
            400
        case .unsupportedVersion: 505
        case .startLineTooLong: 414
        case .headTooLong, .tooManyFields: 431
        case .unknownTransferCoding, .tunnelNotOffered: 501
        case .unknownExpectation: 417
        case .contentTooLong: 413
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
        }
    }
}
