/// Certificates and keys that the settings name. They are read together with the settings, so whoever follows those
/// follows these as well.
extension Configuration {
    var files: [String] {
        let services = [upstream.tls, accountsService?.address.tls].compactMap { $0 }
        return (tls?.files ?? []) + services.flatMap(\.files) + issuerKeyFiles
    }
}

extension TLSSettings {
    var files: [String] {
        guard case .file(let passphraseFile) = passphrase else { return [certificateFile, keyFile] }
        return [certificateFile, keyFile, passphraseFile]
    }
}
