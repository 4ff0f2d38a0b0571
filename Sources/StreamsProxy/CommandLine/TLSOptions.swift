/// `--tls_cert` and what belongs to it, by the names that LUNA's services have for them.
struct TLSOptions: Sendable, Equatable {
    static let names = ["--tls_cert", "--tls_key", "--tls_key_pass", "--tls_key_pass_file"]

    private var certificateFile: String?
    private var keyFile: String?
    private var passphrase: TLSPassphrase?

    /// Whether a passphrase was given: then a stray argument may be a part of it, and is not shown.
    var holdsPassphrase: Bool { passphrase != nil }

    /// False where `name` is none of these.
    mutating func take(_ name: String, _ value: String) throws(UsageError) -> Bool {
        switch name {
        case "--tls_cert": certificateFile = value
        case "--tls_key": keyFile = value
        case "--tls_key_pass", "--tls_key_pass_file":
            guard passphrase == nil else {
                throw UsageError("--tls_key_pass and --tls_key_pass_file: there is one passphrase")
            }
            passphrase = name == "--tls_key_pass" ? TLSPassphrase(value) : .file(value)
        default: return false
        }
        return true
    }

    /// The last step of reading the command line.
    func check() throws(UsageError) {
        guard certificateFile == nil else { return }
        if keyFile != nil { throw UsageError("--tls_key needs --tls_cert") }
        if passphrase != nil { throw UsageError("--tls_key_pass and --tls_key_pass_file need --tls_cert") }
    }

    /// They stand for the whole section `TLS` of the settings; nil where none is given.
    var settings: TLSSettings? {
        certificateFile.map {
            TLSSettings(certificateFile: $0, keyFile: keyFile ?? $0, passphrase: passphrase)
        }
    }
}
