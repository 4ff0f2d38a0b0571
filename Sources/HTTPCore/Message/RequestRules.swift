/// What a request must keep to beyond its grammar: Host, framing, Expect, persistence (RFC 9112 §3.2, §6, §9.3;
/// RFC 9110 §10.1.1).
enum RequestRules {
    static func check(_ bytes: Span<UInt8>, _ head: inout RequestHead) throws(MessageError) {
        try checkHost(bytes, head)
        head.framing = try .ofRequest(bytes, head.fields, version: head.version)
        let options = ConnectionOptions(bytes, head.fields)
        head.isPersistent = !options.hasClose && (head.version == .http11 || options.hasKeepAlive)
        head.asksUpgrade = options.hasUpgrade && head.version == .http11 && head.fields.contains(.upgrade)
        head.expectsContinue = false
        if let expectation = head.fields.value(.expect) {
            guard !head.fields.repeats(.expect), ASCII.isEqual(bytes, expectation, ignoringCaseOf: "100-continue")
            else { throw .unknownExpectation }
            // RFC 9110 §10.1.1: a server ignores it in HTTP/1.0, and may where there is no content.
            head.expectsContinue = head.version == .http11 && head.framing != .none
        }
    }

    private static func checkHost(_ bytes: Span<UInt8>, _ head: borrowing RequestHead) throws(MessageError) {
        if head.fields.repeats(.host) { throw .repeatedHost }
        guard let host = head.fields.value(.host) else {
            if head.version == .http10, head.form != .absolute { return }
            throw .missingHost
        }
        guard HostGrammar.isValid(bytes, host) else { throw .malformedHost }
        guard head.form == .absolute, let authority = RequestTarget.authority(bytes, head.target) else { return }
        guard authority.count == host.count else { throw .mismatchedHost }
        var offset = 0
        while offset < host.count {
            let one = ASCII.lowercase(bytes[authority.lowerBound + offset])
            guard one == ASCII.lowercase(bytes[host.lowerBound + offset]) else { throw .mismatchedHost }
            offset += 1
        }
    }
}

/// `uri-host [":" port]` (RFC 9110 §7.2) as people use it: a name, an IPv4 address or an IPv6 address in brackets.
enum HostGrammar {
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        var index = range.lowerBound
        if bytes[index] == UInt8(ascii: "[") {
            index += 1
            let start = index
            while index < range.upperBound, isAddress(bytes[index]) { index += 1 }
            guard index > start, index < range.upperBound, bytes[index] == UInt8(ascii: "]") else { return false }
            index += 1
        } else {
            while index < range.upperBound, isName(bytes[index]) { index += 1 }
            guard index > range.lowerBound else { return false }
        }
        guard index < range.upperBound else { return true }
        guard bytes[index] == UInt8(ascii: ":") else { return false }
        index += 1
        var port = 0
        let digits = range.upperBound - index
        guard digits <= 5 else { return false }
        while index < range.upperBound {
            guard ASCII.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] &- 0x30)
            index += 1
        }
        return port <= 65535
    }

    private static func isAddress(_ byte: UInt8) -> Bool {
        ASCII.hexadecimalValue(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    /// Unreserved characters of RFC 3986; no `%`, no sub-delimiters: a comma in a host has fooled proxies (HAProxy b743b566b).
    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
