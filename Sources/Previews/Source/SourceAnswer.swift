internal import HTTPCore

/// What Luna-Streams' answer to a broadcast's request is good for, by its head.
package enum SourceAnswer: Equatable, Sendable {
    /// Pictures that can be read and shared.
    case preview(MultipartBoundary)
    /// Something else that is no error: each viewer gets it by a connection of its own, byte for byte.
    case unshared
    /// An error, or an answer without a preview: for all who wait.
    case other

    /// `contentType`: where its value stands in `bytes`. `isEncoded`: there is a Content-Encoding. `isCounted`: a length is
    /// announced for the whole; then it is no endless sequence of parts, whatever its type says (webcamXP).
    package init(
        status: Int, contentType: Range<Int>?, in bytes: Span<UInt8>, isEncoded: Bool, isCounted: Bool
    ) {
        guard status == 200 else {
            self = .other
            return
        }
        guard let contentType, !isEncoded, !isCounted,
            let boundary = MultipartBoundary(MediaType(bytes, contentType))
        else {
            self = .unshared
            return
        }
        self = .preview(boundary)
    }

    /// Whether an answer to a lost broadcast means that asking again is of no use: the stream is gone (404; 39001, unknown), not
    /// processed (39009), or not for this account (401, 403). `code`: Luna's `error_code`, if it has one.
    package static func isFinal(status: Int, code: Int?) -> Bool {
        switch status {
        case 401, 403, 404: true
        default: code == 39001 || code == 39009
        }
    }
}
