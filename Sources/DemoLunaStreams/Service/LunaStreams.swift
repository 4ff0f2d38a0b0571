package import HTTPCore
internal import JSON

/// The service: requests in, answers out, streams in memory. It knows no sockets and no clock; one thread owns it.
package final class LunaStreams {
    var store = StreamStore()
    var pictures = PictureCache()
    /// Where the service is reached, `http://127.0.0.1:5160`, for the preview addresses in stream objects.
    package var origin: String

    /// The longest content of a request, in bytes.
    package static let contentLimit = 1 << 20

    package init(origin: String = "http://127.0.0.1:5160") {
        self.origin = origin
    }

    /// How many pictures were compressed so far.
    package var compressions: Int { pictures.compressions }

    /// Adds streams at the start, without a request.
    package func add(_ content: StreamContent, id: UniqueID, now: Timestamp) throws(ServiceError) {
        _ = try store.create(content, id: id, now: now)
    }

    package func answer(_ request: DemoRequest, now: Timestamp) -> DemoAnswer {
        var answer: DemoAnswer
        do {
            answer = try self.routed(request, now: now)
        } catch {
            answer = error.answer
        }
        answer.fields.append(("Luna-Request-Id", request.requestID ?? "\(now.seconds),\(UniqueID.random())"))
        return answer
    }

    private func routed(_ request: DemoRequest, now: Timestamp) throws(ServiceError) -> DemoAnswer {
        guard let match = Route.match(request.segments) else { throw .pageNotFound }
        guard match.route.methods.contains(request.method) else {
            throw .methodNotAllowed(match.route.methods)
        }
        let call = Call(request: request, path: "/\(match.version)", base: "\(origin)/\(match.version)", now: now)
        switch (match.route, match.streamID) {
        case (.version, _): return version
        case (.specification, _): return specification(version: match.version)
        case (.plugins, _): return plugins
        case (.streams, _): return try streams(call)
        case (.count, _): return try count(call)
        case (.logs, _): return try logs(call)
        case (.stream, .some(let id)): return try stream(id, call)
        case (.live, .some(let id)): return try live(id, call)
        case (.frame, .some(let id)): return try frame(id, call)
        case (.stream, .none), (.live, .none), (.frame, .none): throw .pageNotFound
        }
    }

    /// A request that reached its route.
    struct Call {
        let request: DemoRequest
        /// The API version as the path has it, `/1`.
        let path: String
        /// The API's address with its version, for the addresses in answers.
        let base: String
        let now: Timestamp
    }

    // MARK: About the service

    private var version: DemoAnswer {
        .json(200) {
            $0.name("Version")
            $0.object {
                $0.member("api", 1)
                $0.member("major", 1)
                $0.member("minor", 1)
                $0.member("patch", 8)
            }
        }
    }

    private func specification(version: Int) -> DemoAnswer {
        DemoAnswer(
            status: 200, fields: [("Content-Type", "application/json")],
            content: .bytes(APIDescription.document(version: version)))
    }

    private var plugins: DemoAnswer {
        .json(200) {
            $0.name("plugins")
            $0.array {
                $0.object {
                    $0.member("name", "test-card")
                    $0.member("type", "background")
                    $0.member("status", "running")
                }
            }
        }
    }

    // MARK: Streams

    private func streams(_ call: Call) throws(ServiceError) -> DemoAnswer {
        switch call.request.method {
        case "POST":
            let stream = try store.create(try content(of: call.request), now: call.now)
            return identity(of: stream, status: 201, location: "\(call.path)/streams/\(stream.id)")
        case "DELETE":
            store.delete(try deletionFilter(call.request), now: call.now)
            return .empty(204)
        default:
            let found = store.streams(try StreamFilter(call.request.query), now: call.now)
            let page = try Page(call.request.query).part(of: found)
            return .json(200) {
                $0.name("streams")
                $0.array { for stream in page { stream.write(to: &$0, now: call.now, base: call.base) } }
            }
        }
    }

    private func count(_ call: Call) throws(ServiceError) -> DemoAnswer {
        let count = store.streams(try StreamFilter(call.request.query), now: call.now).count
        return .json(200) { $0.member("streams_count", count) }
    }

    private func stream(_ id: UniqueID, _ call: Call) throws(ServiceError) -> DemoAnswer {
        let account = try StreamFilter.accountID(call.request.query)
        switch call.request.method {
        case "PUT":
            // An unknown stream is the answer whatever the content is.
            _ = try store.stream(id, of: account)
            let stream = try store.replace(id, of: account, with: try content(of: call.request), now: call.now)
            return identity(of: stream, status: 200, location: nil)
        case "DELETE":
            try store.delete(id, of: account, now: call.now)
            return .empty(204)
        default:
            let stream = try store.stream(id, of: account)
            var writer = JSONWriter()
            stream.write(to: &writer, now: call.now, base: call.base)
            return DemoAnswer(
                status: 200, fields: [("Content-Type", "application/json")], content: .bytes(writer.bytes))
        }
    }

    private func identity(of stream: LunaStream, status: Int, location: String?) -> DemoAnswer {
        .json(status, fields: location.map { [("Location", $0)] } ?? []) {
            $0.member("stream_id", stream.id.description)
            $0.member("version", stream.version)
        }
    }

    private func content(of request: DemoRequest) throws(ServiceError) -> StreamContent {
        try requireJSON(request)
        return try StreamContent(request.content)
    }

    /// The query's filter; content, if there is any, is `{"stream_ids": […]}` and narrows it further.
    private func deletionFilter(_ request: DemoRequest) throws(ServiceError) -> StreamFilter {
        var filter = try StreamFilter(request.query)
        guard !request.content.isEmpty else { return filter }
        try requireJSON(request)
        let content = CheckedNode(try StreamContent.parsed(request.content))
        var ids: Set<UniqueID> = []
        for element in try content.required("stream_ids").elements(0...10_000) { ids.insert(try element.uniqueID()) }
        filter.streamIDs = filter.streamIDs.map { $0.intersection(ids) } ?? ids
        return filter
    }

    private func requireJSON(_ request: DemoRequest) throws(ServiceError) {
        let type = request.contentType?.split(separator: ";").first?.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard type == "application/json" else { throw .wrongContentType(request.contentType) }
    }

    // MARK: Logs

    private func logs(_ call: Call) throws(ServiceError) -> DemoAnswer {
        let account = try StreamFilter.accountID(call.request.query)
        if call.request.method == "DELETE" {
            store.deleteLog(of: account)
            return .empty(204)
        }
        let page = try Page(call.request.query).part(of: store.log.entries(of: account))
        return .json(200) {
            $0.name("logs")
            $0.array { for entry in page { entry.write(to: &$0) } }
        }
    }
}
