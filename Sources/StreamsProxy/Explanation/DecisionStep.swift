import Auth

/// The steps of a decision, in their order.
enum DecisionStep: String {
    case request, route, credentials, permission, separation, content
}

extension Refusal {
    /// The step that refuses so.
    var step: DecisionStep {
        switch self {
        case .malformed, .overloaded: .request
        case .noSuchPage, .methodNotAllowed, .unknownAPIVersion, .repeatedAPIVersion: .route
        case .denied(.forbidden(.missingVerb(_))), .pluginForbidden: .permission
        case .denied(.forbidden(.foreignAccount)): .separation
        case .denied: .credentials
        case .separation(let reason): reason.isOfContent ? .content : .separation
        // Luna-Streams was asked whose the stream is.
        case .upstream, .plugin: .separation
        case .tokensContentTooLarge, .openContentTooLarge, .tokensOverloaded: .content
        case .metricsTimeout: .route
        }
    }
}
