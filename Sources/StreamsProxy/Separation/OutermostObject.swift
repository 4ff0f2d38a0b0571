import HTTPCore

/// What the outermost object of a JSON text says about its account, read by walking over the text once.
struct OutermostObject {
    /// The account that the member `account_id` names. Names are compared as they spell, escapes undone, and
    /// case-sensitively, as Luna-Streams does.
    enum Account: Equatable {
        case absent
        /// A string; nil where it is no UUID.
        case text(UniqueID?)
        case notString
    }

    enum Fault: Error {
        case notAnObject
        case json(JSONFault)
    }

    /// Far more than a stream has. It bounds the memory that remembering the names takes.
    static let maximumMembers = 1024

    private(set) var account = Account.absent
    private(set) var isEmpty = true
    /// Just behind the opening brace.
    private(set) var start = 0

    /// Reads the whole text: whatever is wrong in it, deep inside or behind the object, is found. Only the outermost
    /// object's names must differ; what its members hold is Luna-Streams' to judge.
    init(_ text: Span<UInt8>) throws(Fault) {
        var scanner = JSONScanner()
        do throws(JSONFault) {
            if scanner.next(text) == UInt8(ascii: "{") {
                try readMembers(text, &scanner)
                try scanner.end(text)
                return
            }
            try scanner.value(text)
            try scanner.end(text)
        } catch {
            throw .json(error)
        }
        throw .notAnObject
    }

    private mutating func readMembers(_ text: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFault) {
        start = scanner.position + 1
        var isOpen = try scanner.open(UInt8(ascii: "}"), text)
        isEmpty = !isOpen
        var names: Set<[UInt8]> = []
        while isOpen {
            let name = try scanner.spelledString(text)
            try scanner.pass(UInt8(ascii: ":"), text)
            let isAccount = name.elementsEqual("account_id".utf8)
            if names.count == Self.maximumMembers { throw .tooManyMembers }
            guard names.insert(name).inserted else { throw .repeatedName }
            if isAccount { try readAccount(text, &scanner) } else { try scanner.value(text) }
            isOpen = try scanner.hasMore(UInt8(ascii: "}"), text)
        }
    }

    private mutating func readAccount(_ text: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFault) {
        guard scanner.next(text) == UInt8(ascii: "\"") else {
            try scanner.value(text)
            account = .notString
            return
        }
        let spelled = try scanner.spelledString(text)
        account = .text(spelled.count == UniqueID.textLength ? UniqueID(spelled.span, at: 0) : nil)
    }
}
