import Auth
import HTTPCore

extension TokenPermissions {
    /// Whether the verb stands in the array under `key`. Read anew each time: most tokens never need it.
    func permits(_ verb: Verb, under key: String) -> Bool {
        let text = text.span
        var scanner = JSONScanner()
        do throws(JSONFault) {
            guard scanner.next(text) == UInt8(ascii: "{") else { return false }
            var isOpen = try scanner.open(UInt8(ascii: "}"), text)
            while isOpen {
                let name = try scanner.spelledString(text)
                try scanner.pass(UInt8(ascii: ":"), text)
                if name.elementsEqual(key.utf8) { return try Self.array(text, &scanner, holds: verb) }
                try scanner.value(text)
                isOpen = try scanner.hasMore(UInt8(ascii: "}"), text)
            }
        } catch {
            // It was JSON when it was taken: what can't be read permits nothing.
        }
        return false
    }

    private static func array(
        _ text: Span<UInt8>, _ scanner: inout JSONScanner, holds verb: Verb
    ) throws(JSONFault) -> Bool {
        guard scanner.next(text) == UInt8(ascii: "[") else { return false }
        var isOpen = try scanner.open(UInt8(ascii: "]"), text)
        while isOpen {
            if scanner.next(text) == UInt8(ascii: "\"") {
                if try scanner.spelledString(text).elementsEqual(verb.name.utf8) { return true }
            } else {
                try scanner.value(text)
            }
            isOpen = try scanner.hasMore(UInt8(ascii: "]"), text)
        }
        return false
    }
}
