import HTTPCore
import Testing

struct FieldNameTests {
    static let known = FieldName.allCases.filter { $0 != .other }

    private static func recognise(_ name: [UInt8]) -> FieldName {
        // Bytes around the name must not matter.
        let bytes = [UInt8(ascii: "x")] + name + [UInt8(ascii: ":")]
        return FieldName(bytes.span, 1..<1 + name.count)
    }

    private static func spelling(_ name: FieldName) -> [UInt8] { Array(name.spelling.description.utf8) }

    @Test func `Every code has its own place and spelling`() {
        #expect(FieldName.allCases.count == FieldName.count)
        #expect(FieldName.allCases.map { Int($0.rawValue) } == Array(0..<FieldName.count))
        #expect(Set(Self.known.map { $0.spelling.description }).count == Self.known.count)
        #expect(Self.known.allSatisfy { $0.spelling.description == $0.spelling.description.lowercased() })
    }

    @Test(arguments: known)
    func `A known name is recognised in any case`(_ name: FieldName) {
        let lower = Self.spelling(name)
        #expect(Self.recognise(lower) == name)
        #expect(Self.recognise(Array(name.spelling.description.uppercased().utf8)) == name)
        for start in 0...1 {
            let mixed = lower.enumerated().map { index, byte in
                index % 2 == start && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
            }
            #expect(Self.recognise(mixed) == name)
        }
    }

    @Test(arguments: known)
    func `One byte more, less or other is another name`(_ name: FieldName) {
        let spelling = Self.spelling(name)
        for index in spelling.indices {
            for byte in UInt8.min...UInt8.max where ASCII.lowercase(byte) != spelling[index] {
                var mutated = spelling
                mutated[index] = byte
                let found = Self.recognise(mutated)
                // "host" and "x-forwarded-port" are a byte away from nothing and from "…-host": a known name or none.
                #expect(found == .other || Self.spelling(found).elementsEqual(mutated.map(ASCII.lowercase)))
            }
            var shorter = spelling
            shorter.remove(at: index)
            #expect(Self.recognise(shorter) != name)
            var longer = spelling
            longer.insert(spelling[index], at: index)
            #expect(Self.recognise(longer) != name)
        }
    }

    @Test(arguments: ["", "t", "accept", "user-agent", "x-luna-streams-api-version", "luna-streams-api-versions"])
    func `A name without a rule of ours is other`(_ name: String) {
        #expect(Self.recognise(Array(name.utf8)) == .other)
    }

    // MARK: Aliases

    private static func isAlias(_ name: [UInt8]) -> Bool {
        FieldName.isProtectedAlias(name.span, 0..<name.count)
    }

    @Test(arguments: known.filter { $0.isProtected && $0.spelling.description.contains("-") })
    func `A protected name with another separator is its alias`(_ name: FieldName) {
        for separator in ["_", "."] {
            let alias = Array(name.spelling.description.replacing("-", with: separator).utf8)
            #expect(Self.recognise(alias) == .other)
            #expect(Self.isAlias(alias))
            #expect(Self.isAlias(Array(String(decoding: alias, as: UTF8.self).uppercased().utf8)))
        }
    }

    @Test(arguments: [
        (name: "Luna_Account.Id", isAlias: true), (name: "luna-account_id", isAlias: true),
        (name: "LUNA_STREAMS_API_VERSION", isAlias: true), (name: "content_length", isAlias: true),
        (name: "transfer.encoding", isAlias: true), (name: "X_Forwarded_For", isAlias: true),
        (name: "lunaaccountid", isAlias: false), (name: "luna__account_id", isAlias: false),
        (name: "my_field", isAlias: false), (name: "x_accel_buffering", isAlias: false), (name: "_", isAlias: false),
        (name: "luna_account_id_of_somebody", isAlias: false),
    ])
    func `Only the other spelling of a protected name is an alias`(_ row: (name: String, isAlias: Bool)) {
        #expect(Self.isAlias(Array(row.name.utf8)) == row.isAlias)
    }

    @Test func `What frames, names or authorises is protected`() {
        let protected: Set<FieldName> = [
            .host, .contentLength, .transferEncoding, .authorization, .lunaAccountID, .lunaRequestID,
            .lunaStreamsAPIVersion, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto,
            .xForwardedPrefix, .forwarded, .xRealIP, .xOriginalURL, .xRewriteURL, .xHTTPMethod, .xMethodOverride,
            .xHTTPMethodOverride, .connection, .proxyAuthorization, .expect, .contentType,
        ]
        #expect(Set(FieldName.allCases.filter(\.isProtected)) == protected)
        let hopByHop: Set<FieldName> = [
            .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthenticate, .proxyAuthorization,
        ]
        #expect(Set(FieldName.allCases.filter(\.isHopByHop)) == hopByHop)
    }
}
