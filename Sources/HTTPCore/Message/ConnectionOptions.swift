/// The connection options of a message (RFC 9110 §7.6.1), all Connection lines together: an empty first line must not
/// hide the second (CVE-2021-33197).
package struct ConnectionOptions: Sendable {
    private(set) var hasClose = false
    private(set) var hasKeepAlive = false
    private(set) var hasUpgrade = false
    /// Whether any other option stands there: such a one names a field that must not be forwarded.
    private(set) var namesFields = false
    private var count = 0

    /// Any real message has three or four. Each field is compared with each option: 7,500 of them in one head, which anybody
    /// may send, took 4 ms, a hundred times as long as an ordinary request.
    package static let maximum = 32

    /// The options of a message whose field lines those are; throws where they are more than `maximum`, empty ones included.
    init(checking bytes: Span<UInt8>, _ fields: borrowing FieldTable) throws(MessageError) {
        guard let value = fields.value(.connection) else { return }
        guard fields.repeats(.connection) else {
            try addLine(bytes, value)
            return
        }
        for index in 0..<fields.count where fields[index].name == .connection {
            try addLine(bytes, fields[index].valueRange)
        }
    }

    private mutating func addLine(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(MessageError) {
        // What most messages say that say anything, seen without taking a list apart.
        if bytes.isEqual(value, ignoringCaseOf: "keep-alive") {
            count += 1
            hasKeepAlive = true
        } else if bytes.isEqual(value, ignoringCaseOf: "close") {
            count += 1
            hasClose = true
        } else {
            addList(bytes, value)
        }
        if count > Self.maximum { throw .tooManyOptions }
    }

    private mutating func addList(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var elements = ListElements(value)
        while let option = elements.next(bytes) {
            count += 1
            if ASCII.isEqual(bytes, option, ignoringCaseOf: "keep-alive") {
                hasKeepAlive = true
            } else if ASCII.isEqual(bytes, option, ignoringCaseOf: "close") {
                hasClose = true
            } else if ASCII.isEqual(bytes, option, ignoringCaseOf: "upgrade") {
                hasUpgrade = true
            } else if !option.isEmpty {
                namesFields = true
            }
        }
    }

}

/// The fields of a message that its connection options name, and that must not be forwarded. The options are looked for once,
/// since each field is compared with each: looked for at each field, thousands of fields cost the square.
package struct NominatedFields: Sendable {
    /// At most `ConnectionOptions.maximum`. Empty for most messages, which costs no memory.
    private var options: [Range<Int>] = []

    /// `isAny`: the head says that there are such options.
    package init(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable, isAny: Bool) {
        guard isAny else { return }
        for index in 0..<fields.count where fields[index].name == .connection {
            var elements = ListElements(fields[index].valueRange)
            while let option = elements.next(bytes) { options.append(option) }
        }
    }

    /// Whether the field at `name` is one.
    package func contains(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        for option in options where option.count == name.count && Self.isSame(bytes, option.lowerBound, name) {
            return true
        }
        return false
    }

    private static func isSame(_ bytes: Span<UInt8>, _ start: Int, _ name: Range<Int>) -> Bool {
        for offset in 0..<name.count
        where ASCII.lowercase(bytes[start + offset]) != ASCII.lowercase(bytes[name.lowerBound + offset]) {
            return false
        }
        return true
    }
}
