import Glibc
import HTTPCore

/// Judges whole heads in the plainest way there is: cut into lines, lines into words, each rule by itself. It shares
/// nothing with the parser but the limits, and must come to the same judgement.
struct ReferenceHead {
    struct Field: Equatable {
        /// As it stands.
        let name: [UInt8]
        let value: [UInt8]
        /// In lower case.
        let key: String
    }

    private static let digits = "0123456789"
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// The words of the start line between single spaces.
    let startLine: [[UInt8]]
    let fields: [Field]

    /// Bytes up to and with the first empty line; nil where there is none.
    static func length(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }.map { $0 + 4 }
    }

    /// Nil where the lines are no head of any message.
    init?(_ head: ArraySlice<UInt8>, _ limits: MessageLimits) {
        guard head.count <= limits.head else { return nil }
        var lines: [[UInt8]] = [[]]
        var rest = head.dropLast(4)
        while let byte = rest.popFirst() {
            if byte == 13, rest.first == 10 {
                rest.removeFirst()
                lines.append([])
            } else {
                lines[lines.count - 1].append(byte)
            }
        }
        guard lines.allSatisfy({ $0.allSatisfy(Self.isValue) }), lines[0].count <= limits.startLine else { return nil }
        startLine = lines[0].split(separator: 32, omittingEmptySubsequences: false).map(Array.init)
        var fields: [Field] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), Self.isToken(line[..<colon]) else { return nil }
            let value = line[(colon + 1)...].drop(while: Self.isSpace).reversed().drop(while: Self.isSpace).reversed()
            fields.append(
                Field(name: Array(line[..<colon]), value: Array(value), key: Self.lowercase(line[..<colon])))
        }
        guard fields.count <= limits.fields, !fields.contains(where: Self.isAlias) else { return nil }
        self.fields = fields
    }

    /// Whether it is another spelling of what frames a message.
    private static func isAlias(_ field: Field) -> Bool {
        let folded = field.key.replacing("_", with: "-").replacing(".", with: "-")
        return folded != field.key && (folded == "content-length" || folded == "transfer-encoding")
    }

    func values(_ key: String) -> [[UInt8]] { fields.filter { $0.key == key }.map(\.value) }

    // MARK: Requests

    /// What frames the content of this request; nil where it must be refused.
    func requestFraming() -> ContentFraming? {
        guard startLine.count == 3, Self.isToken(startLine[0][...]), hasVersion(startLine[2]) else { return nil }
        let isOld = startLine[2].last == UInt8(ascii: "0")
        guard let authority = Self.authority(startLine[1], startLine[0]), isHostRight(authority, isOld: isOld)
        else { return nil }
        let expectations = values("expect")
        guard expectations.isEmpty || expectations.map({ Self.lowercase($0[...]) }) == ["100-continue"] else {
            return nil
        }
        guard values("content-type").count <= 1, let framing = framing(isOld: isOld) else { return nil }
        return framing == .untilClose || framing == .length(0) ? ContentFraming.none : framing
    }

    /// The authority that the target names, nil inside where it names none; nil where it is no target.
    private static func authority(_ target: [UInt8], _ method: [UInt8]) -> [UInt8]?? {
        if method == Array("CONNECT".utf8) { return nil }
        if target == Array("*".utf8), method == Array("OPTIONS".utf8) { return .some(nil) }
        for scheme in ["http://", "https://"] where lowercase(target.prefix(scheme.utf8.count)) == scheme {
            let rest = target.dropFirst(scheme.utf8.count)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            return isPathAndQuery(rest[authority.endIndex...]) ? .some(Array(authority)) : nil
        }
        return target.first == UInt8(ascii: "/") && isPathAndQuery(target[...]) ? .some(nil) : nil
    }

    private static func isPathAndQuery(_ text: ArraySlice<UInt8>) -> Bool {
        let path = text.prefix { $0 != UInt8(ascii: "?") }
        let query = text[path.endIndex...].dropFirst()
        let unescaped = letters + digits + "-._~!$&'()*+,;=:@/"
        return isEscaped(path, unescaped) && query.allSatisfy((unescaped + "?%[\\]^{|}`").utf8.contains)
    }

    /// Nothing but characters of `unescaped` and percent signs with two digits.
    private static func isEscaped(_ text: ArraySlice<UInt8>, _ unescaped: String) -> Bool {
        var rest = text
        while let byte = rest.popFirst() {
            if unescaped.utf8.contains(byte) { continue }
            guard byte == UInt8(ascii: "%"), let high = rest.popFirst(), let low = rest.popFirst(),
                [high, low].allSatisfy("0123456789abcdefABCDEF".utf8.contains)
            else { return false }
        }
        return true
    }

    private func isHostRight(_ authority: [UInt8]?, isOld: Bool) -> Bool {
        let hosts = values("host")
        if hosts.isEmpty { return isOld && authority == nil }
        guard hosts.count == 1, Self.isHost(hosts[0]) else { return false }
        guard let authority else { return true }
        return Self.lowercase(authority[...]) == Self.lowercase(hosts[0][...])
    }

    private static func isHost(_ host: [UInt8]) -> Bool {
        let isBracketed = host.first == UInt8(ascii: "[")
        let end = isBracketed ? host.firstIndex(of: UInt8(ascii: "]")) : host.firstIndex(of: UInt8(ascii: ":"))
        let name = host[(isBracketed ? 1 : 0)..<(end ?? host.count)]
        guard isBracketed ? isIPv6(name) : !name.isEmpty && name.allSatisfy("\(letters)\(digits)-._~".utf8.contains)
        else { return false }
        let port = host[(end ?? host.count)...].dropFirst(isBracketed ? 1 : 0)
        guard let colon = port.first else { return end != nil || !isBracketed }
        let number = port.dropFirst()
        return colon == UInt8(ascii: ":") && number.count <= 5 && number.allSatisfy(digits.utf8.contains)
            && Int(String(decoding: number, as: UTF8.self)) ?? 0 <= 65535
    }

    /// As the system reads it.
    private static func isIPv6(_ name: ArraySlice<UInt8>) -> Bool {
        var address = in6_addr()
        guard !name.contains(0) else { return false }
        return inet_pton(AF_INET6, String(decoding: name, as: UTF8.self), &address) == 1
    }

    // MARK: Responses

    /// What frames the content of this answer to a request with that method; nil where it must be refused.
    func responseFraming(answering method: Method) -> ContentFraming? {
        // Cut at single spaces, the reason may be many words, one empty one, or none.
        guard startLine.count >= 2, hasVersion(startLine[0]), startLine[1].count == 3,
            let status = Int(String(decoding: startLine[1], as: UTF8.self)),
            startLine[1].allSatisfy(Self.digits.utf8.contains), (100...599).contains(status),
            let framing = framing(isOld: startLine[0].last == UInt8(ascii: "0"))
        else { return nil }
        return method == .head || status < 200 || status == 204 || status == 304 ? ContentFraming.none : framing
    }

    // MARK: Both

    private func framing(isOld: Bool) -> ContentFraming? {
        // What names field lines is bounded: 32 options on all Connection lines together, empty ones too.
        let options = values("connection").reduce(0) { $0 + $1.count { $0 == UInt8(ascii: ",") } + 1 }
        guard options <= 32 else { return nil }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        switch (lengths.count, codings.count) {
        case (0, 0): return .untilClose
        case (0, 1): return !isOld && Self.lowercase(codings[0][...]) == "chunked" ? .chunked : nil
        case (1, 0):
            let text = lengths[0]
            guard !text.isEmpty, text.allSatisfy(Self.digits.utf8.contains), text.count == 1 || text[0] != 48 else {
                return nil
            }
            return Int(String(decoding: lengths[0], as: UTF8.self)).map { .length($0) }
        default: return nil
        }
    }

    private func hasVersion(_ word: [UInt8]) -> Bool {
        ["HTTP/1.1", "HTTP/1.0"].contains { $0.utf8.elementsEqual(word) }
    }

    private static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy("!#$%&'*+-.^_`|~\(digits)\(letters)".utf8.contains)
    }

    private static func isValue(_ byte: UInt8) -> Bool { byte == 9 || byte >= 32 && byte != 127 }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 9 || byte == 32 }

    static func lowercase(_ text: ArraySlice<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        for byte in text { scalars.append(Unicode.Scalar((65...90).contains(byte) ? byte + 32 : byte)) }
        return String(scalars)
    }
}
