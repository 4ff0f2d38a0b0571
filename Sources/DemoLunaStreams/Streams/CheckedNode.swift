package import HTTPCore
package import JSON

/// A JSON value with the dotted path to it, read by rules: each broken rule is a `ServiceError` that names the path.
package struct CheckedNode {
    package let node: JSONNode
    package let path: String

    /// - Parameter path: empty for the whole text.
    package init(_ node: JSONNode, path: String = "") {
        self.node = node
        self.path = path
    }

    package func problem(_ message: String) -> ServiceError {
        .invalid(path, message)
    }

    /// The member of that name; a member that is `null` counts as absent.
    package func optional(_ name: String) throws(ServiceError) -> CheckedNode? {
        guard node.object != nil else { throw problem("an object is needed, not \(node.value.kind)") }
        guard let member = node[name] else { return nil }
        if case .null = member.value { return nil }
        return CheckedNode(member, path: path.isEmpty ? name : "\(path).\(name)")
    }

    package func required(_ name: String) throws(ServiceError) -> CheckedNode {
        guard let member = try optional(name) else { throw problem("'\(name)' is a required property") }
        return member
    }

    package func object() throws(ServiceError) -> JSONNode {
        guard node.object != nil else { throw problem("an object is needed, not \(node.value.kind)") }
        return node
    }

    /// A string with that many Unicode scalars.
    package func text(_ length: ClosedRange<Int>) throws(ServiceError) -> String {
        guard let text = node.string else { throw problem("a string is needed, not \(node.value.kind)") }
        guard length.contains(text.unicodeScalars.count) else {
            throw problem("the length must be \(length.lowerBound) to \(length.upperBound)")
        }
        return text
    }

    package func word(of words: [String]) throws(ServiceError) -> String {
        guard let text = node.string, words.contains(text) else {
            throw problem("one of \(words.joined(separator: ", ")) is needed")
        }
        return text
    }

    package func uniqueID() throws(ServiceError) -> UniqueID {
        guard let text = node.string, let id = UniqueID(text) else { throw problem("a UUID is needed") }
        return id
    }

    package func integer(_ range: ClosedRange<Int>) throws(ServiceError) -> Int {
        guard let number = node.integer, range.contains(number) else {
            throw problem("a whole number from \(range.lowerBound) to \(range.upperBound) is needed")
        }
        return number
    }

    package func number(_ range: ClosedRange<Double>) throws(ServiceError) -> Double {
        guard let number = node.double, range.contains(number) else {
            throw problem("a number from \(range.lowerBound) to \(range.upperBound) is needed")
        }
        return number
    }

    package func elements(_ count: ClosedRange<Int>) throws(ServiceError) -> [CheckedNode] {
        guard let elements = node.array else { throw problem("an array is needed, not \(node.value.kind)") }
        guard count.contains(elements.count) else {
            throw problem("\(count.lowerBound) to \(count.upperBound) elements are needed")
        }
        return elements.enumerated().map { CheckedNode($1, path: "\(path).\($0)") }
    }
}
