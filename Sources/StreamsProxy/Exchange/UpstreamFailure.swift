package import HTTPCore

/// What went wrong on the way to Luna-Streams or back.
package enum UpstreamFailure: Error, Equatable, Sendable {
    /// Refused, unreachable, or its name does not resolve.
    case unreachable
    /// The connection ended before the whole answer had come.
    case disconnected
    /// What came is no HTTP answer.
    case unreadable(MessageError)
    /// 101 where nobody had asked for another protocol.
    case unaskedUpgrade
    /// More 1xx than anybody has use for.
    case tooManyInterimAnswers
    /// TLS could not be agreed on.
    case tls
    /// The certificate does not prove that it is Luna-Streams.
    case certificate
    /// `connect` passed.
    case connectTimeout
    /// `sock_connect` passed.
    case sockConnectTimeout
    /// `sock_read` passed.
    case silence
    /// `request` passed.
    case requestTimeout

    package var kind: ErrorKind {
        switch self {
        case .unreachable: .upstreamUnreachable
        case .disconnected: .upstreamDisconnected
        case .unreadable, .unaskedUpgrade, .tooManyInterimAnswers: .upstreamUnreadable
        case .tls: .upstreamTLS
        case .certificate: .upstreamCertificate
        case .connectTimeout: .connectTimeout
        case .sockConnectTimeout: .tcpTimeout
        case .silence: .upstreamSilent
        case .requestTimeout: .requestTimeout
        }
    }

    var detail: StaticString {
        switch self {
        case .unreachable: "Luna-Streams can't be reached"
        case .disconnected: "Luna-Streams closed the connection before its answer was complete"
        case .unreadable(let error): error.reason
        case .unaskedUpgrade: "Luna-Streams switched protocols unasked"
        case .tooManyInterimAnswers: "Luna-Streams sends interim answers without end"
        case .tls: "no TLS connection to Luna-Streams"
        case .certificate: "the certificate of Luna-Streams is not valid"
        case .connectTimeout: "Luna-Streams did not accept a connection in time"
        case .sockConnectTimeout: "Luna-Streams did not accept a TCP connection in time"
        case .silence: "Luna-Streams fell silent"
        case .requestTimeout: "Luna-Streams did not answer in time"
        }
    }
}
