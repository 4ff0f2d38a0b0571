internal import Auth
internal import JSON

/// Where the certificate and the private key are that the proxy shows to its clients: `TLS` in the settings, or
/// `--tls_cert` and what belongs to it.
package struct TLSSettings: Sendable, Equatable {
    package var certificateFile: String
    /// May be the same file.
    package var keyFile: String
    package var passphrase: TLSPassphrase?

    package init(certificateFile: String, keyFile: String, passphrase: TLSPassphrase? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.passphrase = passphrase
    }
}

/// What opens an encrypted private key. It can't be printed.
package enum TLSPassphrase: Sendable, Equatable, Concealed {
    case text([UInt8])
    /// The first line of that file.
    case file(String)

    package init(_ text: String) {
        self = .text(Array(text.utf8))
    }
}

/// Reads a section with a certificate and its key.
struct TLSSection {
    private var section: SettingsSection
    /// The settings file.
    private let file: String

    init(_ section: SettingsSection, file: String) {
        self.section = section
        self.file = file
    }

    /// `TLS`; nil where there is none, or where it has a problem.
    static func read(
        in settings: inout SettingsSection, file: String, _ problems: inout SettingsProblems
    ) -> TLSSettings? {
        guard let section = settings.section("TLS", &problems) else { return nil }
        var reader = TLSSection(section, file: file)
        let read = reader.certifiedKey(&problems)
        reader.refuseUnknownNames(&problems)
        if read == nil, !section.contains("tls_cert") {
            section.addMissing("tls_cert", "the certificate that clients are shown", &problems)
        }
        return read
    }

    /// `tls_cert` and what goes with it; nil where it is not there or has a problem.
    mutating func certifiedKey(_ problems: inout SettingsProblems) -> TLSSettings? {
        let certificate = path("tls_cert", &problems)
        let key = path("tls_key", &problems)
        let passphraseFile = path("tls_key_pass_file", &problems)
        var passphrase = passphraseFile.map(TLSPassphrase.file)
        if let text = section.value("tls_key_pass", .passphrase, &problems) {
            passphrase = TLSPassphrase(text)
            problems.noteSecret(section.path(of: "tls_key_pass"))
        }
        if section.contains("tls_key_pass"), let node = section.node("tls_key_pass_file") {
            problems.add(
                at: node.offset, path: section.path(of: "tls_key_pass_file"),
                rule: "must not be set beside \"tls_key_pass\": there is one passphrase")
        }
        guard let certificate else { return nil }
        return TLSSettings(certificateFile: certificate, keyFile: key ?? certificate, passphrase: passphrase)
    }

    func refuseUnknownNames(_ problems: inout SettingsProblems) {
        section.refuseUnknownNames(&problems)
    }

    /// A problem with the file that stands under `name`.
    mutating func add(_ name: String, _ file: String, _ rule: String, _ problems: inout SettingsProblems) {
        problems.add(
            at: section.node(name)?.offset ?? section.offset, path: section.path(of: name),
            found: Displayed.quoted(file), rule: rule)
    }

    mutating func path(_ name: String, _ problems: inout SettingsProblems) -> String? {
        guard let path = section.value(name, .pemFile, &problems), let node = section.node(name) else { return nil }
        do throws(SettingsFileError) {
            return try SettingsFile.resolve(path, besides: file)
        } catch {
            problems.add(at: node.offset, path: section.path(of: name), rule: error.sentence)
            return nil
        }
    }
}

extension Setting<String> {
    /// Not shown, nor how long it is.
    static var passphrase: Self {
        Setting(rule: "must be a string of 1 to \(TLSPassphraseFile.limit) bytes", isShown: false) { node in
            node.string.flatMap { (1...TLSPassphraseFile.limit).contains($0.utf8.count) ? $0 : nil }
        }
    }

    static var pemFile: Self {
        Setting(rule: "must be the path of a file") { node in
            guard let path = node.string, !path.isEmpty, path.utf8.count < 4096 else { return nil }
            return path.utf8.contains(0) || path.utf8.last == UInt8(ascii: "/") ? nil : path
        }
    }
}
