/// One method of one resource as its OpenAPI document tells it. HEAD is not listed: it is GET without the content.
package struct APIOperation: Sendable {
    package let route: Route
    package let method: String
    package let id: String
    package let summary: String
    /// Names of parameters in the document's components.
    package var parameters: [String] = []
    /// The schema of the content that the request needs or may have.
    package var requestSchema: String?
    package var isContentRequired = true
    package let success: Success
    /// Statuses of refusals; their content is always the schema `Error`.
    package var refusals: [Int] = []

    package enum Success: Sendable {
        case empty(Int)
        case json(Int, schema: String)
        /// Content that is no JSON.
        case binary(mediaType: String)
    }

    package static let all: [APIOperation] = [
        APIOperation(
            route: .version, method: "GET", id: "getVersion", summary: "Version of the service",
            success: .json(200, schema: "Version")),
        APIOperation(
            route: .specification, method: "GET", id: "getSpecification", summary: "This document",
            success: .json(200, schema: "Specification")),
        APIOperation(
            route: .plugins, method: "GET", id: "getPlugins", summary: "Plugins and whether they run",
            success: .json(200, schema: "Plugins")),
        APIOperation(
            route: .streams, method: "POST", id: "createStream", summary: "Create a stream",
            requestSchema: "StreamContent", success: .json(201, schema: "StreamIdentity"), refusals: [400, 413, 503]),
        APIOperation(
            route: .streams, method: "GET", id: "getStreams", summary: "Streams, one page of them",
            parameters: ["account_id", "status", "name", "stream_ids", "order", "page", "page_size"],
            success: .json(200, schema: "Streams"), refusals: [400]),
        APIOperation(
            route: .streams, method: "DELETE", id: "deleteStreams",
            summary: "Delete all streams that the filters, and the ids in the content if there is any, leave",
            parameters: ["account_id", "status", "name", "stream_ids"],
            requestSchema: "StreamIDs", isContentRequired: false, success: .empty(204), refusals: [400, 413]),
        APIOperation(
            route: .count, method: "GET", id: "countStreams", summary: "Number of streams",
            parameters: ["account_id", "status", "name", "stream_ids"],
            success: .json(200, schema: "StreamsCount"), refusals: [400]),
        APIOperation(
            route: .logs, method: "GET", id: "getLogs", summary: "What happened to streams",
            parameters: ["account_id", "order", "page", "page_size"],
            success: .json(200, schema: "Logs"), refusals: [400]),
        APIOperation(
            route: .logs, method: "DELETE", id: "deleteLogs", summary: "Forget what happened to streams",
            parameters: ["account_id"], success: .empty(204), refusals: [400]),
        APIOperation(
            route: .stream, method: "GET", id: "getStream", summary: "One stream",
            parameters: ["stream_id", "account_id"], success: .json(200, schema: "Stream"), refusals: [400, 404]),
        APIOperation(
            route: .stream, method: "PUT", id: "replaceStream", summary: "Replace a stream; its version goes up by one",
            parameters: ["stream_id", "account_id"], requestSchema: "StreamContent",
            success: .json(200, schema: "StreamIdentity"), refusals: [400, 404, 413]),
        APIOperation(
            route: .stream, method: "DELETE", id: "deleteStream", summary: "Delete a stream",
            parameters: ["stream_id", "account_id"], success: .empty(204), refusals: [400, 404]),
        APIOperation(
            route: .live, method: "GET", id: "getLivePreview",
            summary: "Pictures without end (Motion-JPEG), each replacing the one before",
            parameters: ["stream_id", "account_id", "fps"],
            success: .binary(mediaType: "multipart/x-mixed-replace"), refusals: [400, 404]),
        APIOperation(
            route: .frame, method: "GET", id: "getFramePreview", summary: "The last picture",
            parameters: ["stream_id", "account_id"], success: .binary(mediaType: "image/jpeg"),
            refusals: [400, 404, 500]),
    ]
}
