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
        return nil
    }

    /// What is wrong with a password, given as bytes; nil where nothing is.
    package static func fault(inPassword password: [UInt8]) -> String? {
        guard password.span.isUTF8 else { return "the password must be UTF-8" }
        let count = password.count { $0 & 0xC0 != 0x80 }
        guard (3...128).contains(count) else { return "the password must have 3 to 128 characters" }
        return hasControlCharacter(password) ? "the password must not contain control characters" : nil
    }

    private static func hasControlCharacter(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
