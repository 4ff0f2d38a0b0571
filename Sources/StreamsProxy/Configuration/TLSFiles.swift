package import Auth
internal import Glibc
package import HTTPCore

/// What reading certificate and key from their files came to.
package enum TLSLoading: Sendable {
    /// With what the operator should know, in lines.
    case loaded(TLSIdentity, warnings: [ConfigurationProblem])
    case invalid([ConfigurationProblem])
}

extension TLSSettings {
    /// Reads the certificate, its key and the passphrase, and sees that they belong together. It is called when the proxy
    /// starts and as often as it is told to reload: workers show the result to clients that come from then on.
    package func load(_ read: inout FilesRead) -> TLSLoading {
        var files = TLSFiles(self)
        defer { read.add(files.read) }
        guard let (certificates, key, passphrase) = files.text() else { return .invalid(files.problems) }
        do throws(TLSFault) {
            let identity = try TLSIdentity(certificates: certificates, key: key, passphrase: passphrase)
            for warning in identity.certificate.warnings(now: Int64(time(nil))) {
                files.warn(certificateFile, "tls_cert", warning)
            }
            return .loaded(identity, warnings: files.warnings)
        } catch {
            files.add(error)
            return .invalid(files.problems)
        }
    }
}

/// The files of a certificate and its key, with all that is wrong with them.
struct TLSFiles {
    private let settings: TLSSettings
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    private(set) var read = FilesRead()

    init(_ settings: TLSSettings) {
        self.settings = settings
    }

    /// What stands in them; nil where one can't be read.
    mutating func text() -> (certificates: [UInt8], key: [UInt8], passphrase: [UInt8]?)? {
        let isOneFile = settings.keyFile == settings.certificateFile
        let certificates = text(of: settings.certificateFile, isOneFile ? "tls_key" : "tls_cert", isSecret: isOneFile)
        let key = isOneFile ? certificates : text(of: settings.keyFile, "tls_key", isSecret: true)
        var passphrase: [UInt8]?
        switch settings.passphrase {
        case .none: break
        case .text(let bytes): passphrase = bytes
        case .file(let path):
            guard let text = text(of: path, "tls_key_pass_file", isSecret: true) else { break }
            passphrase = TLSPassphraseFile.passphrase(in: text)
            if passphrase == nil { add(path, "tls_key_pass_file", TLSPassphraseFile.rule) }
        }
        guard problems.isEmpty, let certificates, let key else { return nil }
        return (certificates, key, passphrase)
    }

    mutating func add(_ fault: TLSFault) {
        switch fault.part {
        case .certificate: add(settings.certificateFile, "tls_cert", fault.sentence)
        case .key: add(settings.keyFile, "tls_key", fault.sentence)
        }
    }

    mutating func warn(_ file: String, _ name: String, _ sentence: String) {
        warnings.append(ConfigurationProblem(file: file, position: nil, path: name, rule: sentence))
    }

    private mutating func add(_ file: String, _ name: String, _ sentence: String) {
        problems.append(ConfigurationProblem(file: file, position: nil, path: name, rule: sentence))
    }

    private mutating func text(of file: String, _ name: String, isSecret: Bool) -> [UInt8]? {
        do throws(SettingsFileError) {
            let text = try SettingsFile.readNamed(file, &read)
            if isSecret, let sentence = text.exposure { warn(file, name, sentence) }
            return text.bytes
        } catch {
            add(file, name, error.sentence)
            return nil
        }
    }
}

/// A file whose first line is a passphrase.
enum TLSPassphraseFile {
    /// In bytes; libcrypto takes no more.
    static let limit = 1023
    static let rule = "must begin with a line of 1 to \(limit) bytes, the passphrase"

    static func passphrase(in text: [UInt8]) -> [UInt8]? {
        var line = text.prefix { $0 != 0x0A }
        if line.last == 0x0D { line.removeLast() }
        return (1...limit).contains(line.count) ? Array(line) : nil
    }
}

extension RegularFile {
    /// What is to be said of a file with a secret in it that everybody may read; nil where nobody but owner and group may.
    var exposure: String? {
        guard mode & 0o007 != 0 else { return nil }
        return "everybody may read it (mode \(String(mode & 0o777, radix: 8))); chmod 600"
    }
}
