import Auth
import Testing

@Suite struct Base64Tests {
    /// The vectors of RFC 4648 §10, and the two alphabets' own digits.
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
        ("\u{FF}\u{3BF}", "w7/Ovw==", "w7_Ovw"),
    ])
    func bothWays(plain: String, standard: String, url: String) {
        let bytes = Array(plain.utf8)
        #expect(Base64.encode(bytes, .standard) == standard)
        #expect(Base64.encode(bytes, .url) == url)
        #expect(Base64.decode(standard, .standard) == bytes)
        #expect(Base64.decode(url, .url) == bytes)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zg=a", "=", "==", "====", "Z===", "Zm9v=", "Zm9v====", "Zm9", "Z", " Zm9v", "Zm9v ",
        "Zm9v\n", "Zm\n9v", "Zm9vZg", "Zh==", "Zm9=", "Zm_v", "Zm-v", "Zm9v\u{0}", "Zg==Zg==", "Żm9",
    ])
    func standardRefuses(text: String) {
        #expect(Base64.decode(text, .standard) == nil)
    }

    @Test(arguments: ["Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n", "="])
    func urlRefuses(text: String) {
        #expect(Base64.decode(text, .url) == nil)
    }

    /// No two texts stand for the same bytes: whatever decodes is what encoding gives.
    @Test(arguments: [Base64.Alphabet.standard, .url])
    func oneTextForEachSequence(alphabet: Base64.Alphabet) {
        var random = SplitMix(state: 7)
        let digits = Array("AQgwBCZz09+/-_==".utf8)
        var decoded = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &random)
            let text = String(
                decoding: (0..<count).map { _ in digits[Int.random(in: 0..<digits.count, using: &random)] },
                as: UTF8.self)
            guard let bytes = Base64.decode(text, alphabet) else { continue }
            decoded += 1
            #expect(Base64.encode(bytes, alphabet) == text)
        }
        #expect(decoded > 1000)
    }

    @Test func readsOnlyTheRange() {
        let text = Array("xxZm9vyy".utf8)
        #expect(Base64.decode(text.span, 2..<6, .standard) == Array("foo".utf8))
    }
}
