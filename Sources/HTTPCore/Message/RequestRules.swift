/// What a request must keep to beyond its grammar: Host, framing, Expect, persistence (RFC 9112 §3.2, §6, §9.3;
/// RFC 9110 §10.1.1).
enum RequestRules {
    static func check(_ bytes: Span<UInt8>, _ head: inout RequestHead) throws(MessageError) {
        try checkHost(bytes, head)
        head.framing = try .ofRequest(bytes, head.fields, version: head.version)
        // Forwarded twice, it would be one type for one reader and the other for the next.
        if head.fields.repeats(.contentType) { throw .repeatedContentType }
        let options = try ConnectionOptions(checking: bytes, head.fields)
        head.nominatesFields = options.namesFields
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
