internal import HTTPCore
internal import JSON

/// All issuers besides ourselves, their keys ready. One per worker, used on its thread only.
struct TrustedIssuers {
    private struct Candidate {
        let issuer: TokenIssuer
        let key: IssuerKey
        let check: SignatureCheck
        /// Whether a token need not say which key it is signed by.
        let isOnly: Bool

        /// Whether the token's header asks for this key. It chooses the key and nothing else: how the signature is
        /// checked is the key's own.
        func isAskedFor(_ header: TokenHeader) -> Bool {
            guard header.algorithm.utf8.elementsEqual(key.key.algorithm.rawValue.utf8) else { return false }
            guard let wanted = header.keyID else { return isOnly }
            return key.id?.utf8.elementsEqual(wanted.utf8) == true
        }
    }

    private let candidates: [Candidate]

    init(_ issuers: [TokenIssuer]) {
        candidates = issuers.flatMap { issuer in
            issuer.keys.compactMap { key in
                SignatureCheck(key.key).map {
                    Candidate(issuer: issuer, key: key, check: $0, isOnly: issuer.keys.count == 1)
                }
            }
        }
    }

    /// How many signatures were checked: an RSA key of 8192 bits takes a third of a millisecond for each.
    var signaturesChecked: Int { candidates.reduce(0) { $0 + $1.check.count } }

    /// Decides on the token in `range` of `text`, which is not ours. The header and the payload's `iss` and `aud` choose
    /// issuers: whoever sends made-up bytes must not have the keys of all issuers tried. The signature comes next; only
    /// then is anything else of the payload read. `now` is in Unix milliseconds.
    func decide(_ text: Span<UInt8>, _ range: Range<Int>, now: Int64) -> Decision {
        guard !candidates.isEmpty, let token = CompactToken(text, range),
            let header = TokenHeader(text, token.header)
        else { return .unauthenticated(.tokenCorrupted) }
        let asked = candidates.filter { $0.isAskedFor(header) }
        guard !asked.isEmpty, let signature = Base64.decode(text, token.signature, .url),
            let payload = CompactToken.object(text, token.payload, maximumDepth: 16)
        else { return .unauthenticated(.tokenCorrupted) }
        let signed = text.extracting(token.signed)
        for candidate in asked where candidate.issuer.isMeant(payload) && candidate.check.verify(signature, of: signed)
        {
            return candidate.issuer.decide(payload, now: now)
        }
        return .unauthenticated(.tokenCorrupted)
    }
}
