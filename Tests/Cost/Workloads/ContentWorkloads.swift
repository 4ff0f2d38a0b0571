import Auth
import HTTPCore
import JSON
import StreamsProxy

/// What stands behind a head, or in a credential.
let contentWorkloads = [
    Workload("chunks", 1000) { count in
        reading(bytes(String(repeating: "10\r\n0123456789abcdef\r\n", count: count) + "0\r\n\r\n"), each: 16)
    },
    Workload("chunks with extensions", 100) { count in
        let chunk = "400;" + String(repeating: "x", count: 200) + "\r\n" + String(repeating: "0", count: 1024) + "\r\n"
        return reading(bytes(String(repeating: chunk, count: count) + "0\r\n\r\n"), each: 1024)
    },
    Workload("chunks that come byte by byte", 200) { count in
        let message = bytes(String(repeating: "10;a=b\r\n0123456789abcdef\r\n", count: count) + "0\r\n\r\n")
        return {
            var reader = ContentReader(.chunked, maximum: .max)
            var total = 0
            for byte in message { total += content([byte], &reader) }
            return total / 16
        }
    },
    Workload("trailer fields", 200, result: { _ in 1 }) { count in
        let trailer = (0..<count).map { "X-Field-\($0): \($0)\r\n" }.joined()
        return reading(bytes("1\r\na\r\n0\r\n" + trailer + "\r\n"), each: 1)
    },
    Workload("JSON content: an array", 10000) { count in
        editing(#"{"a":["# + Array(repeating: "{\"b\":1}", count: count).joined(separator: ",") + "]}", count)
    },
    Workload("JSON content: members", 500) { count in
        editing("{" + (0..<count).map { "\"\\u0061name\($0)\":\($0)" }.joined(separator: ",") + "}", count)
    },
    Workload("JSON content: a string of escapes", 5000) { count in
        editing(#"{""# + String(repeating: #"\u00e4"#, count: count) + #"":1}"#, count)
    },
    Workload("JSON content: a number", 20000) { count in
        editing("{\"a\":" + String(repeating: "1", count: count) + "}", count)
    },
    Workload("JSON text", 500) { count in
        let text = bytes("[" + Array(repeating: #"{"a":"\n","b":-1.5e3}"#, count: count).joined(separator: ",") + "]")
        return { (try? JSONParser.parse(text))?.array?.count ?? 0 }
    },
    Workload("JSON text: members of one object", 1000) { count in
        let text = bytes("{" + (0..<count).map { "\"name\($0)\":\($0)" }.joined(separator: ",") + "}")
        return { (try? JSONParser.parse(text))?.object?.count ?? 0 }
    },
    Workload("delimiters of a preview that are none", 5000) { count in
        let type = bytes("multipart/x-mixed-replace; boundary=frame")
        let body = bytes(String(repeating: "\r\n--fram", count: count))
        return {
            guard var end = PreviewEnd(contentType: 0..<type.count, in: type.span) else { return 0 }
            return end.next(in: body.span) == nil ? count : 0
        }
    },
    Workload("parameters of a preview's type", 500) { count in
        let type = bytes("multipart/x-mixed-replace" + String(repeating: "; a=b", count: count) + "; boundary=frame")
        return { PreviewEnd(contentType: 0..<type.count, in: type.span) == nil ? 0 : count }
    },
    Workload("a long Basic credential", 4000) { count in
        let text = bytes(String(repeating: "YTpi", count: count))
        return { Base64.decode(text.span, 0..<text.count, .standard)?.count == 3 * count ? count : 0 }
    },
]

/// The bytes of content in a part of a message.
private func content(_ part: [UInt8], _ reader: inout ContentReader) -> Int {
    var position = 0
    var total = 0
    while true {
        switch try? reader.next(part.span, from: &position) {
        case .content(let run)?: total += run.count
        case .needMore?, .finished?: return total
        case nil: return .min / 2
        }
    }
}

/// Reads chunked content; the work gives the number of chunks.
private func reading(_ message: [UInt8], each: Int) -> () -> Int {
    {
        var reader = ContentReader(.chunked, maximum: .max)
        return content(message, &reader) / each
    }
}

private func editing(_ text: String, _ count: Int) -> () -> Int {
    let content = bytes(text)
    return {
        guard case .inserting? = try? BodyRule.edit(content.span, account: account) else { return 0 }
        return count
    }
}
