package import JSON

/// One key of an issuer, under the name by which tokens refer to it.
package struct IssuerKey: Sendable, Equatable {
    /// `kid`: a token that names one passes only with the key of that name. Nil where the key has none.
    package let id: String?
    package let key: VerificationKey

    package init(id: String?, key: VerificationKey) {
        self.id = id
        self.key = key
    }

    /// The keys in the text of a key file: a PEM with a public key or a certificate, a JWK, or a JWK set. `id` names the
    /// key in a PEM, and the wanted one in a JWK set.
    package static func keys(
        in text: [UInt8], id: String?, algorithm: TokenAlgorithm
    ) throws(KeyFault) -> [IssuerKey] {
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard first == UInt8(ascii: "{") else {
            let key = try PEM(text).publicKey()
            return [IssuerKey(id: id, key: try VerificationKey(publicKey: key, algorithm))]
        }
        let node: JSONNode
        do throws(JSONSyntaxError) {
            node = try JSONParser.parse(text, maximumDepth: 16)
        } catch {
            let position = TextPosition(offset: error.offset, in: text)
            throw KeyFault(offset: error.offset, "is no JWK: not JSON at \(position): \(error.reason)")
        }
        return try keys(in: node, id: id, algorithm: algorithm)
    }

    /// The same for a JWK or a JWK set that has been parsed. Of a set (RFC 7517 §5) those keys count that are for
    /// `algorithm`; there must be one, and each must be a good one.
    package static func keys(
        in node: JSONNode, id: String?, algorithm: TokenAlgorithm
    ) throws(KeyFault) -> [IssuerKey] {
        guard let set = node["keys"] else {
            let jwk = try JWK(node, path: "")
            let own = try jwk.id()
            if let id, let own, !own.utf8.elementsEqual(id.utf8) {
                throw KeyFault(path: ".kid", offset: node["kid"]?.offset, "is not the kid of the settings")
            }
            return [IssuerKey(id: id ?? own, key: try jwk.key(algorithm))]
        }
        guard let elements = set.array else {
            throw KeyFault(path: ".keys", offset: set.offset, "must be an array, not \(set.value.kind)")
        }
        var keys: [IssuerKey] = []
        for (index, element) in elements.enumerated() {
            let jwk = try JWK(element, path: ".keys[\(index)]")
            guard jwk.mismatch(algorithm) == nil else { continue }
            let own = try jwk.id()
            if let id, own?.utf8.elementsEqual(id.utf8) != true { continue }
            keys.append(IssuerKey(id: own, key: try jwk.key(algorithm)))
        }
        guard !keys.isEmpty else {
            let wanted = id == nil ? "" : " with the kid of the settings"
            throw KeyFault(path: ".keys", offset: set.offset, "holds no key for \(algorithm.rawValue)\(wanted)")
        }
        return keys
    }
}
