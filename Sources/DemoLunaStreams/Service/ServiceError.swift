package import HTTPCore
internal import JSON

/// A refusal in LUNA's form: an HTTP status and `{"error_code", "desc", "detail", "link"}`.
package struct ServiceError: Error, Sendable {
    package let status: Int
    package let code: Int
    package let summary: String
    package let detail: String
    /// Methods that the resource has, for the Allow field of 405.
    package var allowed: [String] = []

    package var answer: DemoAnswer {
        let allow: [(name: String, value: String)] =
            status == 405 ? [("Allow", allowed.joined(separator: ", "))] : []
        return .json(status, fields: allow) {
            $0.member("error_code", code)
            $0.member("desc", summary)
            $0.member("detail", detail)
            $0.member("link", Self.documentation + "code-\(code)")
        }
    }

    private static let documentation =
        "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/"

    package static let pageNotFound = ServiceError(
        status: 404, code: 12013, summary: "Resource not found", detail: "Page not found")

    package static func methodNotAllowed(_ allowed: [String]) -> ServiceError {
        ServiceError(
            status: 405, code: 12021, summary: "Method not allowed", detail: "Method not allowed", allowed: allowed)
    }

    package static func wrongContentType(_ found: String?) -> ServiceError {
        ServiceError(
            status: 400, code: 12017, summary: "Bad/incomplete input data",
            detail: "Bad content type: \(found.map { "'\($0)'" } ?? "none") where 'application/json' is needed")
    }

    package static func unsupportedParameter(_ name: String, _ reason: String) -> ServiceError {
        ServiceError(
            status: 400, code: 12018, summary: "Bad/incomplete input data",
            detail: "Unsupported param '\(name)': \(reason)")
    }

    /// JSON that parses but is not what the route takes; `path` is dotted, `data.type`.
    package static func invalid(_ path: String, _ message: String) -> ServiceError {
        ServiceError(
            status: 400, code: 12022, summary: "Bad/incomplete input data",
            detail: "Failed to validate input json. Path: '\(path)' message: '\(message)'")
    }

    package static func notJSON(_ message: String) -> ServiceError {
        ServiceError(
            status: 400, code: 12027, summary: "Bad/incomplete input data",
            detail: "Failed to validate input json. Message: \(message)")
    }

    /// A request that is refused for its bytes alone, whatever it asks for.
    package static func malformed(_ error: MessageError) -> ServiceError {
        ServiceError(
            status: error.status, code: 12046, summary: "Bad/incomplete input data",
            detail: "Invalid http request: \(error.reason)")
    }

    package static func tooManyStreams(limit: Int) -> ServiceError {
        ServiceError(
            status: 503, code: 1, summary: "Internal server error",
            detail: "The demo keeps at most \(limit) streams")
    }

    package static func streamNotFound(_ id: UniqueID) -> ServiceError {
        ServiceError(
            status: 404, code: 39001, summary: "Object not found", detail: "Stream with id \(id) not found")
    }

    package static func notSettable(status: String) -> ServiceError {
        ServiceError(
            status: 400, code: 39002, summary: "Bad input data",
            detail: "'\(status)' is not valid stream status, only 'pause' and 'pending' may be set")
    }

    /// - Parameter preview: `live` or `last_frame`, as the stream object names them.
    package static func previewNotFound(_ preview: String, _ id: UniqueID) -> ServiceError {
        ServiceError(
            status: 404, code: 39009, summary: "Object not found",
            detail: "Not found '\(preview)' preview url for stream with id '\(id)'")
    }

    package static func previewFailed(_ reason: String) -> ServiceError {
        ServiceError(status: 500, code: 39010, summary: "Preview processing error", detail: reason)
    }
}
