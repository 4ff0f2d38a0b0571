import Auth
import HTTPCore
import Testing

/// Whatever is done to tokens, only those that an issuer signed pass.
@Suite struct IssuedTokenMutationTests {
    private static let originals = TokenAlgorithm.allCases.map { IssuerSample.token($0) }

    private static func realm() throws -> Realm {
        try Realm(issuers: TokenAlgorithm.allCases.map { try IssuerSample.issuer($0) })
    }

    private static func passes(_ token: [UInt8], _ realm: Realm) -> Bool {
        if case .allowed? = realm.step(Array("Bearer ".utf8) + token) { true } else { false }
    }

    @Test func `Every changed bit breaks a token`() throws {
        let realm = try Self.realm()
        for original in Self.originals {
            let good = Array(original.utf8)
            #expect(Self.passes(good, realm))
            for index in good.indices {
                for bit in 0..<8 {
                    var bytes = good
                    bytes[index] ^= 1 << UInt8(bit)
                    if Self.passes(bytes, realm) { Issue.record("bit \(bit) of byte \(index) of \(original)") }
                }
            }
            for count in good.indices where Self.passes(Array(good[..<count]), realm) { Issue.record("\(count) bytes") }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `No random or mutated token passes`(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let realm = try Self.realm()
        let good = Self.originals.map { Array($0.utf8) }
        for _ in 0..<500 {
            let token = Self.mutation(of: good, &random)
            guard !good.contains(token) else { continue }
            if Self.passes(token, realm) { Issue.record("seed \(seed): \(String(decoding: token, as: UTF8.self))") }
        }
    }

    private static func mutation(of tokens: [[UInt8]], _ random: inout SplitMix) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ".utf8)
        var token = tokens.randomElement(using: &random) ?? []
        switch Int.random(in: 0..<6, using: &random) {
        case 0:  // Parts of several tokens
            let parts = (0..<3).map { index in
                let other = tokens.randomElement(using: &random) ?? []
                return Array(other.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)[index])
            }
            token = Array(parts.joined(separator: [UInt8(ascii: ".")]))
        case 1:  // Any text of three parts
            let parts = (0..<3).map { _ in
                let count = Int.random(in: 0..<100, using: &random)
                return Array(
                    Base64.encode((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, .url).utf8)
            }
            token = Array(parts.joined(separator: [UInt8(ascii: ".")]))
        case 2:  // A part left out or emptied
            var parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
            let index = Int.random(in: 0..<3, using: &random)
            if Bool.random(using: &random) { parts.remove(at: index) } else { parts[index] = [] }
            token = Array(parts.joined(separator: [UInt8(ascii: ".")]))
        case 3:  // Another signature of the right length
            let count = token.suffix(while: { $0 != UInt8(ascii: ".") }).count
            token.replaceSubrange(
                (token.count - count)...,
                with: (0..<count).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] })
        default:  // A few characters changed, put in or taken out
            for _ in 0...Int.random(in: 0..<4, using: &random) where !token.isEmpty {
                let index = Int.random(in: 0..<token.count, using: &random)
                let character = alphabet.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: token[index] = character
                case 1: token.insert(character, at: index)
                default: token.remove(at: index)
                }
            }
        }
        return token
    }
}

extension [UInt8] {
    /// The longest end whose bytes all satisfy the condition.
    fileprivate func suffix(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        self[(lastIndex { !isWanted($0) }.map { $0 + 1 } ?? 0)...]
    }
}
