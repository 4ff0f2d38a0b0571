internal import Auth
package import HTTPCore
internal import JSON

/// How a service behind an `https` origin proves who it is, and we to it. It can hold a private key and so can't be printed.
package struct ServiceTLS: Sendable, Equatable, Concealed {
    /// PEM of the certificates that may vouch for the service, and no others; nil for those that the system trusts.
    package var authorities: [UInt8]?
    /// What the service is shown where it asks for a certificate.
    package var certifiedKey: CertifiedKey?

    package init() {}
}

extension ServiceTLS {
    /// Reads a section such as `luna-streams-tls`, with the files that it names as they are now.
    init(_ section: SettingsSection?, file: String, _ problems: inout SettingsProblems) {
        self.init()
        guard let section else { return }
        var reader = TLSSection(section, file: file)
        if let path = reader.path("tls_ca", &problems) {
            authorities = reader.authorities(path, &problems)
        }
        if let settings = reader.certifiedKey(&problems) {
            certifiedKey = reader.read(settings, &problems)
        }
        reader.refuseUnknownNames(&problems)
    }
}

extension TLSSection {
    /// `tls_ca`: the text of that file.
    fileprivate mutating func authorities(_ path: String, _ problems: inout SettingsProblems) -> [UInt8]? {
        do throws(SettingsFileError) {
            let text = try SettingsFile.readNamed(path, &problems.files).bytes
            do throws(TLSFault) {
                try TLSAuthorities.check(text)
                return text
            } catch {
                add("tls_ca", path, error.sentence, &problems)
            }
        } catch {
            add("tls_ca", path, error.sentence, &problems)
        }
        return nil
    }

    fileprivate mutating func read(_ settings: TLSSettings, _ problems: inout SettingsProblems) -> CertifiedKey? {
        var files = TLSFiles(settings)
        var certifiedKey: CertifiedKey?
        if let (certificates, key, passphrase) = files.text() {
            do throws(TLSFault) {
                certifiedKey = try CertifiedKey(certificates: certificates, key: key, passphrase: passphrase)
            } catch {
                files.add(error)
            }
        }
        problems.files.add(files.read)
        problems.warn(files.warnings)
        for problem in files.problems { add(problem.path, problem.file, problem.rule, &problems) }
        return certifiedKey
    }
}
