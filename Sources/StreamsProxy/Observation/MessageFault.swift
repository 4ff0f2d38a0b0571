package import HTTPCore

/// Who sent a message.
package enum MessageSender: UInt8, Sendable, CaseIterable {
    case client, upstream, plugin

    package var word: StaticString {
        switch self {
        case .client: "client"
        case .upstream: "upstream"
        case .plugin: "plugin"
        }
    }
}

/// A message that could not be read or waited for: whose it was, and which rule of HTTP it breaks.
package struct MessageFault: Sendable, Equatable {
    package let sender: MessageSender
    package let error: MessageError

    package init(of sender: MessageSender, _ error: MessageError) {
        self.sender = sender
        self.error = error
    }

    /// All that there can be.
    package static let all = MessageSender.allCases.flatMap { sender in
        MessageError.allCases.map { MessageFault(of: sender, $0) }
    }

    /// Its place in `all`.
    var index: Int { Int(sender.rawValue) * MessageError.allCases.count + Int(error.rawValue) }
}

extension Refusal {
    /// The message that is to blame; nil where none is.
    package var fault: MessageFault? {
        switch self {
        case .malformed(let error): MessageFault(of: .client, error)
        case .upstream(.unreadable(let error)): MessageFault(of: .upstream, error)
        case .plugin(.unreadable(let error)): MessageFault(of: .plugin, error)
        case .noSuchPage, .methodNotAllowed, .unknownAPIVersion, .repeatedAPIVersion, .denied, .upstream, .plugin,
            .pluginForbidden, .separation, .tokensContentTooLarge, .openContentTooLarge, .tokensOverloaded, .overloaded,
            .metricsTimeout:
            nil
        }
    }
}
