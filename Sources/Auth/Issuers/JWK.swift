internal import JSON

/// A JSON Web Key (RFC 7517) as an object of JSON, read for one algorithm.
struct JWK {
    private let node: JSONNode
    private let path: String

    /// Members that only a private key has (RFC 7518 §6.2.2, §6.3.2).
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth"]

    /// A private key is refused, whatever it is for.
    init(_ node: JSONNode, path: String) throws(KeyFault) {
        self.node = node
        self.path = path
        guard let members = node.object else { throw fault("must be an object, not \(node.value.kind)") }
        if let member = members.first(where: { member in Self.privateMembers.contains { member.isNamed($0) } }) {
            throw KeyFault(
                path: "\(path).\(member.name)", offset: member.nameOffset,
                "belongs to a private key, which has no place here; leave only the public members")
        }
    }

    /// `kid`, where there is one.
    func id() throws(KeyFault) -> String? {
        guard let member = node["kid"] else { return nil }
        guard let id = member.string, !id.isEmpty else { throw fault("kid", "must be a string that is not empty") }
        return id
    }

    /// Why the key is for something other than checking signatures by `algorithm`; nil where it may be for that.
    func mismatch(_ algorithm: TokenAlgorithm) -> KeyFault? {
        if !isText("kty", algorithm.keyType) {
            return fault("kty", "must be \"\(algorithm.keyType)\" for \(algorithm.rawValue)")
        }
        if node["alg"] != nil, !isText("alg", algorithm.rawValue) {
            return fault("alg", "must be \"\(algorithm.rawValue)\", the issuer's algorithm, or absent")
        }
        if node["use"] != nil, !isText("use", "sig") { return fault("use", "must be \"sig\" or absent") }
        if let operations = node["key_ops"], !(operations.array ?? []).contains(where: { $0.string == "verify" }) {
            return fault("key_ops", "must be an array with \"verify\" in it, or absent")
        }
        if algorithm == .es256, !isText("crv", "P-256") { return fault("crv", "must be \"P-256\" for ES256") }
        return nil
    }

    /// The key, for `algorithm`.
    func key(_ algorithm: TokenAlgorithm) throws(KeyFault) -> VerificationKey {
        if let mismatch = mismatch(algorithm) { throw mismatch }
        switch algorithm {
        case .rs256:
            guard let key = PublicKey(modulus: try bytes("n"), exponent: try bytes("e")) else {
                throw fault("has an n and an e that make no key")
            }
            return try placed { () throws(KeyFault) in try VerificationKey(publicKey: key, algorithm) }
        case .es256:
            guard let key = PublicKey(x: try coordinate("x"), y: try coordinate("y")) else {
                throw fault("has an x and a y that are no point on P-256")
            }
            return try placed { () throws(KeyFault) in try VerificationKey(publicKey: key, algorithm) }
        case .hs256:
            let secret = try bytes("k")
            do throws(KeyFault) {
                return try VerificationKey(secret: secret)
            } catch {
                throw fault("k", error.reason)
            }
        }
    }

    private func coordinate(_ name: String) throws(KeyFault) -> [UInt8] {
        let bytes = try bytes(name)
        guard bytes.count == PublicKey.coordinateLength else {
            throw fault(name, "must be \(PublicKey.coordinateLength) bytes in base 64 for URLs")
        }
        return bytes
    }

    private func bytes(_ name: String) throws(KeyFault) -> [UInt8] {
        guard let bytes = node[name]?.string.flatMap({ Base64.decode($0, .url) }), !bytes.isEmpty else {
            throw fault(name, "must be a string of base 64 for URLs, without padding")
        }
        return bytes
    }

    private func isText(_ name: String, _ text: String) -> Bool {
        node[name]?.string?.utf8.elementsEqual(text.utf8) == true
    }

    private func placed<Value>(_ body: () throws(KeyFault) -> Value) throws(KeyFault) -> Value {
        do throws(KeyFault) {
            return try body()
        } catch {
            throw fault(error.reason)
        }
    }

    private func fault(_ reason: String) -> KeyFault { KeyFault(path: path, offset: node.offset, reason) }

    /// About a member, or about the absence of it.
    private func fault(_ name: String, _ reason: String) -> KeyFault {
        KeyFault(path: "\(path).\(name)", offset: node[name]?.offset ?? node.offset, reason)
    }
}
