/// The `permissions` of all tokens: equal ones are kept once, as long as a token has them.
struct PermissionsTable: Sendable {
    private struct Entry: Sendable {
        let permissions: TokenPermissions
        var users: Int
    }

    /// Hashed as a whole: byte by byte, as an array is, would take ten times as long.
    private struct Text: Hashable, Sendable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private var entries = SlotTable<Entry>()
    private var numbers = ShardedDictionary<Text, UInt32>()

    var count: Int { entries.count }

    subscript(number: UInt32) -> TokenPermissions { entries[number].permissions }

    /// Those whose text is this, byte for byte.
    func find(_ text: [UInt8]) -> TokenPermissions? { numbers[Text(bytes: text)].map { self[$0] } }

    /// The number of those, of which one more token is a user.
    mutating func use(_ permissions: TokenPermissions) -> UInt32 {
        let text = Text(bytes: permissions.text)
        if let number = numbers[text] {
            entries.update(number) { $0.users += 1 }
            return number
        }
        let number = entries.insert(Entry(permissions: permissions, users: 1))
        numbers[text] = number
        return number
    }

    /// One token is no more a user of them.
    mutating func leave(_ number: UInt32) {
        let left = entries.update(number) { entry in
            entry.users -= 1
            return entry.users
        }
        if left == 0 { numbers[Text(bytes: entries.remove(number).permissions.text)] = nil }
    }
}
