/// A TCP port as it is written: decimal digits without sign, space or leading zero.
enum PortNumber {
    /// 0 to 65535; whether 0 has a meaning is the caller's to say.
    static func parse(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard (1...5).contains(digits.count), digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        guard digits.count == 1 || digits.first != 0x30 else { return nil }
        let port = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return port <= 65535 ? port : nil
    }
}
