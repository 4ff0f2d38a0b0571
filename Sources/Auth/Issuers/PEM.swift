/// The textual form of keys and certificates (RFC 7468).
struct PEM {
    /// What stands after `BEGIN`.
    let label: String
    let der: [UInt8]

    private static let begin = Array("-----BEGIN ".utf8)
    private static let dashes = Array("-----".utf8)

    /// Whether `text` has a line that begins a block.
    static func isOne(_ text: [UInt8]) -> Bool {
        text.split(whereSeparator: isLineEnd).contains { $0.starts(with: begin) }
    }

    /// The one block in `text`; what stands before and after it is taken for explanation. A private key is refused before
    /// any of it is read.
    init(_ text: [UInt8]) throws(KeyFault) {
        let lines = text.split(whereSeparator: Self.isLineEnd).map(Self.trimmed)
        var labels: [String] = []
        var start = 0
        for (index, line) in lines.enumerated() where line.starts(with: Self.begin) {
            let rest = line.dropFirst(Self.begin.count)
            guard rest.count > Self.dashes.count, rest.suffix(Self.dashes.count).elementsEqual(Self.dashes) else {
                throw KeyFault("has a BEGIN line that does not end in dashes")
            }
            labels.append(String(decoding: rest.dropLast(Self.dashes.count), as: UTF8.self))
            start = index + 1
        }
        guard !labels.contains(where: { $0.hasSuffix("PRIVATE KEY") }) else {
            throw KeyFault("holds a private key, which has no place here; `openssl pkey -pubout` gives the public one")
        }
        guard let label = labels.first else { throw KeyFault("is neither a PEM nor a JWK") }
        guard labels.count == 1 else { throw KeyFault("holds \(labels.count) PEM blocks; must hold one") }
        guard let end = lines[start...].firstIndex(where: { $0.elementsEqual("-----END \(label)-----".utf8) }) else {
            throw KeyFault("has no END line for its BEGIN line")
        }
        let digits = Array(lines[start..<end].joined())
        guard let der = Base64.decode(digits.span, 0..<digits.count, .standard), !der.isEmpty else {
            throw KeyFault("is damaged: between BEGIN and END stands no base 64")
        }
        self.label = label
        self.der = der
    }

    /// The public key that the block is, or that is in the certificate it is.
    func publicKey() throws(KeyFault) -> PublicKey {
        switch label {
        case "PUBLIC KEY":
            guard let key = PublicKey(der: der) else { throw KeyFault("is damaged: its PUBLIC KEY is none") }
            return key
        case "CERTIFICATE":
            guard let key = PublicKey(certificate: der) else {
                throw KeyFault("is damaged: its CERTIFICATE is none, or has a key of an unknown kind")
            }
            return key
        default:
            throw KeyFault("must be a PEM of a PUBLIC KEY or a CERTIFICATE")
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let last = line.lastIndex { $0 != 0x20 && $0 != 0x09 }
        return last.map { line[...$0] } ?? []
    }
}
