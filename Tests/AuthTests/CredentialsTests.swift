import Auth
import Testing

/// The scheme of an Authorization field.
struct CredentialsTests {
    private static func read(_ text: [UInt8]) -> Credentials { Credentials(text.span, 0..<text.count) }

    @Test(arguments: ["bearer", "basic"])
    func eitherCaseIsTheSchemeAndNoOtherByteIs(scheme: String) {
        for index in scheme.utf8.indices {
            let place = scheme.utf8.distance(from: scheme.utf8.startIndex, to: index)
            for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: " ") {
                var text = Array("\(scheme) abc".utf8)
                let isScheme = byte == text[place] || byte == text[place] - 0x20
                text[place] = byte
                let rest = scheme.utf8.count + 1..<text.count
                let expected: Credentials =
                    !isScheme ? .unreadable(.unsupportedScheme) : scheme == "bearer" ? .bearer(rest) : .basic(rest)
                if Self.read(text) != expected { Issue.record("\(scheme): \(byte) at \(place)") }
            }
        }
    }

    @Test(arguments: [
        "", "abc", "beare abc", "bearerr abc", "xbearer abc", "xxbearer abc", "xxxbearer abc", "xbasic abc",
        "xxxbasic abc", "xxxxxxxxbasic abc", "basi abc", "basicc abc", "basicbearer abc", "bearer\tabc", " abc",
    ])
    func moreOrLessIsAnotherScheme(text: String) {
        #expect(Self.read(Array(text.utf8)) == .unreadable(.unsupportedScheme))
    }

    @Test func theRestFollowsAnyNumberOfSpaces() {
        #expect(Self.read(Array("BEARER   a b".utf8)) == .bearer(9..<12))
        #expect(Self.read(Array("bAsIc x".utf8)) == .basic(6..<7))
        #expect(Self.read(Array("Bearer".utf8)) == .unreadable(.tokenCorrupted))
        #expect(Self.read(Array("Basic  ".utf8)) == .unreadable(.basicUnreadable))
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 65_000)
        #expect(Self.read(Array("Bearer ".utf8) + long) == .bearer(7..<7 + long.count))
        #expect(Self.read(Array("Basic ".utf8) + long) == .basic(6..<6 + long.count))
    }
}
