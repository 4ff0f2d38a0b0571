/// What the routes need of a request; where it came from (a socket, a test) is not theirs to know.
package struct DemoRequest: Sendable {
    package let method: String
    /// The raw path, cut at each slash and not decoded: no segment of ours needs an escape.
    package let segments: [String]
    package let query: Query
    /// The Content-Type field as sent, or nil.
    package let contentType: String?
    /// The Luna-Request-Id field as sent, or nil.
    package let requestID: String?
    package let content: [UInt8]

    /// - Parameter target: the request target in origin form, `/1/streams?page=2`.
    package init(
        _ method: String, _ target: String, contentType: String? = nil, requestID: String? = nil,
        content: [UInt8] = []
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? ""
        self.method = method
        // A path that does not start with a slash has no segments, and so is no route.
        segments =
            path.hasPrefix("/")
            ? path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init) : []
        query = Query(parts.count > 1 ? String(parts[1]) : "")
        self.contentType = contentType
        self.requestID = requestID
        self.content = content
    }
}
