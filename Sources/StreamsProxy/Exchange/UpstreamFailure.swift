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

    package var status: Int {
        switch self {
        case .unreachable, .disconnected, .unreadable, .unaskedUpgrade, .tooManyInterimAnswers, .tls, .certificate: 502
        case .connectTimeout, .sockConnectTimeout, .silence, .requestTimeout: 504
        }
    }

    /// LUNA's code for trouble of its HTTP client.
    package var code: Int {
        switch self {
        case .unreachable: 16
        case .disconnected: 10
        case .unreadable, .unaskedUpgrade, .tooManyInterimAnswers: 4
        case .tls: 13
        case .certificate: 14
        case .connectTimeout: 8
        case .sockConnectTimeout: 7
        case .silence: 6
        case .requestTimeout: 9
        }
    }

    var summary: StaticString {
        switch self {
        case .unreachable: "Client connector error"
        case .disconnected: "Server disconnected"
        case .unreadable, .unaskedUpgrade, .tooManyInterimAnswers: "Client payload error"
        case .tls: "Client connector SSL error"
        case .certificate: "Client connector certificate error"
        case .connectTimeout: "Connect timeout"
        case .sockConnectTimeout: "Socket connect timeout"
        case .silence: "Socket read timeout"
        case .requestTimeout: "Request timeout"
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
