import HTTPCore

/// Luna-Streams' answer to a GET of one stream, read for its owner alone.
package enum OwnerAnswer: Sendable, Equatable {
    case owner(StreamOwner)
    /// Anything that is neither a stream with its account nor a plain 404. Nobody is let through on it.
    case unknown

    /// Bytes of an answer that are read; a stream takes a few thousand.
    package static let maximumLength = 256 << 10

    /// `content` is all of it, without a content coding.
    package init(status: Int, content: Span<UInt8>) {
        self = Self.read(status, content)
    }

    private static func read(_ status: Int, _ content: Span<UInt8>) -> OwnerAnswer {
        if status == 404 { return .owner(.absent) }
        guard status == 200, content.count <= maximumLength else { return .unknown }
        do throws(OutermostObject.Fault) {
            guard case .text(let account?) = try OutermostObject(content).account else { return .unknown }
            return .owner(.account(account))
        } catch {
            return .unknown
        }
    }
}
