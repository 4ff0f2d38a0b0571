internal import Auth
internal import JSON

/// What the demo answers on a credential.
package enum DemoVerdict: Sendable, Equatable {
    package enum Refusal: Sendable, Equatable {
        case noCredential, wrongLogin, unknownToken, expiredToken
        /// `--fail-after`.
        case failing
    }

    /// The JSON content.
    case accepted([UInt8])
    case refused(Refusal)

    package var status: Int {
        switch self {
        case .accepted: 200
        case .refused(.failing): 500
        case .refused(.noCredential), .refused(.wrongLogin), .refused(.unknownToken), .refused(.expiredToken): 401
        }
    }

    /// JSON, of a refusal with LUNA's code and words.
    package var content: [UInt8] {
        switch self {
        case .accepted(let content): content
        case .refused(.noCredential): Self.error(12010, "Authorization failed", "needs \"Authorization\" headers")
        case .refused(.wrongLogin):
            Self.error(41006, "Account credentials wrong", "Account login or password are incorrect")
        case .refused(.unknownToken): Self.error(41005, "JWT token not found", "Specified JWT token doesn't exist")
        case .refused(.expiredToken): Self.error(41007, "Account credentials wrong", "Token has been expired")
        case .refused(.failing): Self.error(1, "Internal server error", "Unknown error")
        }
    }

    private static func error(_ code: Int, _ summary: String, _ detail: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("error_code", code)
            $0.member("desc", summary)
            $0.member("detail", detail)
            $0.member(
                "link", "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-\(code)")
        }
        return writer.bytes
    }

    /// An `expiration_time`; nil where there is none.
    static func unixSeconds(_ node: JSONNode?) -> Int64? {
        node?.string.flatMap { Timestamp($0)?.unixSeconds }
    }
}
