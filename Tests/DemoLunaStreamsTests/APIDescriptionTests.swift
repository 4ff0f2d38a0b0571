import DemoLunaStreams
import HTTPCore
import JSON
import Testing

@Suite struct APIDescriptionTests {
    private func document(_ version: Int) throws -> JSONNode {
        let answer = LunaStreams().call("GET", "/\(version)/docs/spec")
        #expect(answer.field("Content-Type") == "application/json")
        return try answer.json
    }

    /// Every "METHOD path" of the document.
    private func documented(_ document: JSONNode) -> Set<String> {
        var operations: Set<String> = []
        for path in document["paths"]?.object ?? [] {
            for method in path.node.object ?? [] { operations.insert("\(method.name.uppercased()) \(path.name)") }
        }
        return operations
    }

    @Test(arguments: [1, 2])
    func theDocumentHasExactlyTheRoutesThereAre(_ version: Int) throws {
        var routed: Set<String> = []
        for route in Route.allCases {
            for method in route.methods { routed.insert("\(method) \(route.template(version: version))") }
        }
        #expect(documented(try document(version)) == routed)
    }

    @Test(arguments: [1, 2])
    func everyDocumentedOperationAnswersAsDocumented(_ version: Int) throws {
        let document = try document(version)
        for path in try #require(document["paths"]?.object) {
            for method in try #require(path.node.object) {
                let service = LunaStreams()
                let id = try service.create()
                let target = path.name.replacing("{stream_id}", with: id.description)
                let answer = service.answer(
                    Sample.json(method.name.uppercased(), target, needsContent(method.node) ? Sample.content() : ""),
                    now: Sample.start)
                let response = try #require(
                    method.node["responses"]?[String(answer.status)], "\(method.name) \(path.name)")
                if let type = response["content"]?.object?.first?.name {
                    #expect(answer.field("Content-Type")?.split(separator: ";").first.map(String.init) == type)
                }
                try checkMembers(of: answer, response, document)
            }
        }
    }

    private func needsContent(_ operation: JSONNode) -> Bool {
        operation["requestBody"]?["required"]?.bool == true
    }

    /// The top members of a JSON answer are those that its schema requires.
    private func checkMembers(of answer: DemoAnswer, _ response: JSONNode, _ document: JSONNode) throws {
        guard let schema = response["content"]?["application/json"]?["schema"]?["$ref"]?.string else { return }
        let name = try #require(schema.split(separator: "/").last.map(String.init))
        let shape = try #require(document["components"]?["schemas"]?[name], "\(schema)")
        guard let properties = shape["properties"]?.object else { return }
        #expect(try answer.json.object?.map(\.name) == properties.map(\.name), "\(schema)")
        #expect(shape["required"]?.array?.compactMap(\.string) == properties.map(\.name), "\(schema)")
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try document(1)
        for reference in references(document) {
            var place = document
            for step in reference.split(separator: "/").dropFirst() {
                place = try #require(place[String(step)], "\(reference)")
            }
        }
    }

    private func references(_ node: JSONNode) -> [String] {
        if let elements = node.array { return elements.flatMap(references) }
        return (node.object ?? []).flatMap { member in
            member.name == "$ref" ? [member.node.string ?? ""] : references(member.node)
        }
    }

    @Test func operationIDsAreUnique() throws {
        let ids = try #require(try document(1)["paths"]?.object).flatMap { path in
            (path.node.object ?? []).compactMap { $0.node["operationId"]?.string }
        }
        #expect(Set(ids).count == ids.count && !ids.isEmpty)
    }

    @Test func everyParameterTaken() throws {
        // The parameters that the document names are those that a bad value is refused for.
        let bad = ["account_id", "status", "order", "page", "page_size", "fps", "stream_ids"]
        for operation in APIOperation.all {
            for name in bad where operation.parameters.contains(name) {
                let service = LunaStreams()
                let id = try service.create()
                let path = operation.route.template(version: 1).replacing("{stream_id}", with: id.description)
                let answer = service.send(
                    operation.method, "\(path)?\(name)=@",
                    operation.isContentRequired && operation.requestSchema != nil ? Sample.content() : "")
                #expect(try answer.errorCode == 12018, "\(operation.id) \(name)")
            }
        }
    }
}
