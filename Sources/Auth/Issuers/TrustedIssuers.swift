internal import HTTPCore
internal import JSON

/// All issuers besides ourselves, their keys ready. Not for two threads at once.
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

    /// A token, and who may have signed it.
    private struct Claim {
        let candidates: [Candidate]
        let signature: [UInt8]
        let signed: Range<Int>
        let payload: JSONNode

        /// Whether checking costs no more than looking the token up: one HMAC does, and no public key.
        var isCheap: Bool { candidates.allSatisfy { $0.key.key.algorithm == .hs256 } && candidates.count <= 1 }
    }

    /// Decides on the token in `range` of `text`, which is not ours. `now` is in Unix milliseconds.
    func decide(_ text: Span<UInt8>, _ range: Range<Int>, now: Int64) -> Decision {
        guard let claim = claim(text, range) else { return .unauthenticated(.tokenCorrupted) }
        return decide(claim, text, now)
    }

    /// The same where that costs little; nil where signatures have to be checked that cost more than a request should.
    func decideAtOnce(_ text: Span<UInt8>, _ range: Range<Int>, now: Int64) -> Decision? {
        guard let claim = claim(text, range) else { return .unauthenticated(.tokenCorrupted) }
        return claim.isCheap ? decide(claim, text, now) : nil
    }

    /// The header and the payload's `iss` and `aud` choose issuers: whoever sends made-up bytes must not have the keys of
    /// all issuers tried. Nothing else of the payload is read before the signature is right.
    private func claim(_ text: Span<UInt8>, _ range: Range<Int>) -> Claim? {
        guard !candidates.isEmpty, let token = CompactToken(text, range),
            let header = TokenHeader(text, token.header)
        else { return nil }
        let asked = candidates.filter { $0.isAskedFor(header) }
        guard !asked.isEmpty, let signature = Base64.decode(text, token.signature, .url),
            let payload = CompactToken.object(text, token.payload, maximumDepth: 16)
        else { return nil }
        return Claim(
            candidates: asked.filter { $0.issuer.isMeant(payload) }, signature: signature, signed: token.signed,
            payload: payload)
    }

    private func decide(_ claim: Claim, _ text: Span<UInt8>, _ now: Int64) -> Decision {
        let signed = text.extracting(claim.signed)
        for candidate in claim.candidates where candidate.check.verify(claim.signature, of: signed) {
            return candidate.issuer.decide(claim.payload, now: now)
        }
        return .unauthenticated(.tokenCorrupted)
    }
}
