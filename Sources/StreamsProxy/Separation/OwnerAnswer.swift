import HTTPCore

/// Luna-Streams' answer to a GET of one stream, read for its owner alone.
package enum OwnerAnswer: Sendable, Equatable {
    case owner(StreamOwner)
    /// Anything that is neither a stream with its account nor a plain 404. Nobody is let through on it.
    case unknown

    /// Bytes of an answer that are read. Whatever can be created must be found again, to be deleted by its owner: that is
    /// a mebibyte, each character of which Luna-Streams may write as an escape of six. None of it is kept.
    package static let maximumLength = 6 * BodyRule.maximumLength + 1 << 20

    /// `content` is all of it, or `OwnerScanner.summary`, without a content coding.
    package init(status: Int, content: Span<UInt8>) {
        var scanner = OwnerScanner()
        scanner.read(content)
        if status == 404 {
            self = .owner(.absent)
        } else if status == 200, content.count <= Self.maximumLength, let account = scanner.account {
            self = .owner(.account(account))
        } else {
            self = .unknown
        }
    }
}
