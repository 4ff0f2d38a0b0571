/// What may be a login or a password of an account. LUNA wants an e-mail address of 3 to 128 characters as login; here
/// anything that can stand in a `Basic` credential goes, so that accounts of other systems can be taken over.
package enum Login {
    /// What is wrong with it; nil where nothing is.
    package static func fault(in login: String) -> String? {
        if login.isEmpty { return "must not be empty" }
        if login.unicodeScalars.count > 128 { return "must have at most 128 characters" }
        if login.unicodeScalars.contains(":") {
            return "must not contain a colon: Basic credentials end a login with it"
        }
        if hasControlCharacter(login.utf8) { return "must not contain control characters" }
        if ByteOrderMark.begins(login.utf8) { return "must not begin with a byte order mark (U+FEFF)" }
        return nil
    }

    /// How many characters a password may have; LUNA's own limits.
    package static let passwordLengths = 3...128

    /// What is wrong with a new password of at least `least` characters, given as bytes; nil where nothing is.
    package static func fault(inPassword password: [UInt8], least: Int) -> String? {
        guard password.span.isUTF8 else { return "the password must be UTF-8" }
        if ByteOrderMark.begins(password) { return "the password must not begin with a byte order mark (U+FEFF)" }
        let most = passwordLengths.upperBound
        let count = password.count { $0 & 0xC0 != 0x80 }
        guard count >= least, count <= most else { return "the password must have \(least) to \(most) characters" }
        return hasControlCharacter(password) ? "the password must not contain control characters" : nil
    }

    private static func hasControlCharacter(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
