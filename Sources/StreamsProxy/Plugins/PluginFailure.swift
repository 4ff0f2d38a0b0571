import HTTPCore

/// What went wrong on the way to a plugin or back, in the words for its client. The kinds are those for Luna-Streams.
extension UpstreamFailure {
    /// A host that can't be reached is being started again: 503, and another time it will do.
    var pluginKind: ErrorKind { self == .unreachable ? .pluginsUnreachable : kind }

    var pluginDetail: StaticString {
        switch self {
        case .unreachable: "The plugins are not running at the moment"
        case .disconnected: "The plugin ended before its answer was complete"
        case .unreadable(let error): error.reason
        case .unaskedUpgrade: "The plugin switched protocols unasked"
        case .tooManyInterimAnswers: "The plugin sends interim answers without end"
        case .tls, .certificate: "no TLS connection to the plugins"
        case .connectTimeout, .sockConnectTimeout: "The plugins did not accept a connection in time"
        case .silence: "The plugin fell silent"
        case .requestTimeout: "The plugin did not answer in time"
        }
    }
}
