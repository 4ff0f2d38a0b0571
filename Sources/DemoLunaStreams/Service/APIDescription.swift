internal import JSON

/// The OpenAPI document of the service, made from the same routes that requests are matched with.
package enum APIDescription {
    /// JSON text of the document for one API version: its paths start with that version.
    package static func document(version: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("openapi", "3.0.3")
            $0.name("info")
            $0.object {
                $0.member("title", "Demo Luna-Streams")
                $0.member("version", "1.1.8")
                $0.member(
                    "description",
                    "A stand-in for Luna-Streams to develop clients against: streams live in memory, previews are drawn."
                )
            }
            $0.name("paths")
            $0.object { writer in
                for route in Route.allCases { path(route, version, &writer) }
            }
            $0.name("components")
            $0.object {
                $0.name("parameters")
                $0.raw(APIComponents.parameters.utf8)
                $0.name("schemas")
                $0.raw(APIComponents.schemas.utf8)
            }
        }
        return writer.bytes
    }

    private static func path(_ route: Route, _ version: Int, _ writer: inout JSONWriter) {
        writer.name(route.template(version: version))
        writer.object {
            for operation in APIOperation.all where operation.route == route {
                describe(operation, method: operation.method, &$0)
                if operation.method == "GET", route.methods.contains("HEAD") {
                    describe(operation, method: "HEAD", &$0)
                }
            }
        }
    }

    private static func describe(_ operation: APIOperation, method: String, _ writer: inout JSONWriter) {
        writer.name(method.lowercased())
        writer.object {
            $0.member("operationId", method == "HEAD" ? "\(operation.id)Head" : operation.id)
            $0.member("summary", operation.summary)
            if !operation.parameters.isEmpty {
                $0.name("parameters")
                $0.array {
                    for name in operation.parameters { reference("parameters/\(name)", &$0) }
                }
            }
            if let schema = operation.requestSchema {
                $0.name("requestBody")
                $0.object {
                    $0.member("required", operation.isContentRequired)
                    content("application/json", schema: schema, &$0)
                }
            }
            $0.name("responses")
            $0.object { responses(of: operation, isHead: method == "HEAD", &$0) }
        }
    }

    private static func responses(of operation: APIOperation, isHead: Bool, _ writer: inout JSONWriter) {
        switch operation.success {
        case .empty(let status): response(status, "Done", nil, &writer)
        case .json(let status, let schema):
            response(status, "Success", isHead ? nil : ("application/json", schema), &writer)
        case .binary(let mediaType): response(200, "Success", isHead ? nil : (mediaType, "Binary"), &writer)
        }
        for status in operation.refusals {
            response(status, "Refused", isHead ? nil : ("application/json", "Error"), &writer)
        }
    }

    private static func response(
        _ status: Int, _ description: String, _ shape: (mediaType: String, schema: String)?, _ writer: inout JSONWriter
    ) {
        writer.name(String(status))
        writer.object {
            $0.member("description", description)
            if let shape { content(shape.mediaType, schema: shape.schema, &$0) }
        }
    }

    private static func content(_ mediaType: String, schema: String, _ writer: inout JSONWriter) {
        writer.name("content")
        writer.object {
            $0.name(mediaType)
            $0.object {
                $0.name("schema")
                reference("schemas/\(schema)", &$0)
            }
        }
    }

    private static func reference(_ place: String, _ writer: inout JSONWriter) {
        writer.object { $0.member("$ref", "#/components/\(place)") }
    }
}
