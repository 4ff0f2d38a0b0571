internal import Glibc
package import HTTPCore

/// What reading certificate and key from their files came to.
package enum TLSLoading: Sendable {
    /// No TLS is set.
    case off
    /// With what the operator should know, in lines.
    case loaded(TLSIdentity, warnings: [ConfigurationProblem])
    case invalid([ConfigurationProblem])
}

extension Configuration {
    /// Reads the certificate, its key and the passphrase, and sees that they belong together. It is called when the proxy
    /// starts and as often as it is told to reload: workers show the result to clients that come from then on.
    package func loadTLS() -> TLSLoading {
        guard let tls else { return .off }
        var files = TLSFiles(tls)
        guard let (certificates, key, passphrase) = files.read() else { return .invalid(files.problems) }
        do throws(TLSFault) {
            let identity = try TLSIdentity(certificates: certificates, key: key, passphrase: passphrase)
            for warning in identity.certificate.warnings(now: Int64(time(nil))) {
                files.warn(tls.certificateFile, "tls_cert", warning)
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

    init(_ settings: TLSSettings) {
        self.settings = settings
    }

    /// What stands in them; nil where one can't be read.
    mutating func read() -> (certificates: [UInt8], key: [UInt8], passphrase: [UInt8]?)? {
        let certificates = text(settings.certificateFile, "tls_cert")
        let isOneFile = settings.keyFile == settings.certificateFile
        let key = isOneFile ? certificates : text(settings.keyFile, "tls_key")
        warnOfMode(settings.keyFile, "tls_key")
        var passphrase: [UInt8]?
        switch settings.passphrase {
        case .none: break
        case .text(let bytes): passphrase = bytes
        case .file(let path):
            warnOfMode(path, "tls_key_pass_file")
            do throws(SettingsFileError) {
                passphrase = try TLSPassphraseFile.read(path)
            } catch {
                add(path, "tls_key_pass_file", error.sentence)
            }
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

    private mutating func text(_ file: String, _ name: String) -> [UInt8]? {
        do throws(SettingsFileError) {
            return try KeyFile.read(file)
        } catch {
            add(file, name, error.sentence)
            return nil
        }
    }

    private mutating func warnOfMode(_ file: String, _ name: String) {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & 0o007 != 0 else { return }
        warn(file, name, "everybody may read it (mode \(String(status.st_mode & 0o777, radix: 8))); chmod 600")
    }
}

/// A file whose first line is a passphrase.
enum TLSPassphraseFile {
    /// In bytes; libcrypto takes no more.
    static let limit = 1023

    static func read(_ path: String) throws(SettingsFileError) -> [UInt8] {
        let text = try KeyFile.read(path)
        var line = text.prefix { $0 != 0x0A }
        if line.last == 0x0D { line.removeLast() }
        guard (1...limit).contains(line.count) else {
            throw SettingsFileError(sentence: "must begin with a line of 1 to \(limit) bytes, the passphrase")
        }
        return Array(line)
    }
}
