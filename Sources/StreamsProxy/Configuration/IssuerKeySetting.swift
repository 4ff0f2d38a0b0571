internal import Auth
internal import JSON

/// One element of an issuer's `keys`: a `file` or a `jwk`, and which `kid`.
struct IssuerKeySetting {
    /// The settings file.
    let file: String

    /// Nil where there was a problem, and where there is no algorithm to read a key for.
    func keys(
        _ section: SettingsSection, _ algorithm: TokenAlgorithm?, _ problems: inout SettingsProblems
    ) -> [IssuerKey]? {
        var section = section
        let id = section.value("kid", .text, &problems)
        let isIDRead = id != nil || !section.contains("kid")
        let path = section.value("file", .keyFile, &problems)
        let jwk = section.node("jwk")
        section.refuseUnknownNames(&problems) { name in
            name == "algorithm" ? "is no setting of a key; it stands beside keys, and is the same for all of them" : nil
        }
        guard section.contains("file") != section.contains("jwk") else {
            problems.add(
                at: section.offset, path: section.path,
                rule: "must have either file, a PEM or JWK file, or jwk, the key itself")
            return nil
        }
        guard let algorithm, isIDRead else { return nil }
        if let jwk { return keys(in: jwk, section, id, algorithm, &problems) }
        guard let path, let node = section.node("file") else { return nil }
        func add(_ rule: String) {
            problems.add(
                at: node.offset, path: section.path(of: "file"), found: Displayed.quoted(path), rule: rule)
        }
        let key: RegularFile
        do throws(SettingsFileError) {
            let resolved = try SettingsFile.resolve(path, besides: file)
            key = try SettingsFile.readNamed(resolved, &problems.files)
            if algorithm.isKeySecret, let sentence = key.exposure {
                problems.warn(resolved, section.path(of: "file"), sentence)
            }
        } catch {
            add(error.sentence)
            return nil
        }
        do throws(KeyFault) {
            return try IssuerKey.keys(in: key.bytes, id: id, algorithm: algorithm)
        } catch {
            add(error.path.isEmpty ? error.reason : "its \(error.path.dropFirst()) \(error.reason)")
            return nil
        }
    }

    /// What stands there is not shown: it may be a secret.
    private func keys(
        in jwk: JSONNode, _ section: SettingsSection, _ id: String?, _ algorithm: TokenAlgorithm,
        _ problems: inout SettingsProblems
    ) -> [IssuerKey]? {
        if algorithm.isKeySecret { problems.noteSecret(section.path(of: "jwk")) }
        do throws(KeyFault) {
            return try IssuerKey.keys(in: jwk, id: id, algorithm: algorithm)
        } catch {
            problems.add(
                at: error.offset ?? jwk.offset, path: section.path(of: "jwk") + error.path, rule: error.reason)
            return nil
        }
    }
}

extension Setting<String> {
    /// A name or an identifier: anything but nothing.
    static var text: Self {
        Setting(rule: "must be a string of 1 to 1024 bytes") { node in
            node.string.flatMap { (1...1024).contains($0.utf8.count) ? $0 : nil }
        }
    }

    static var keyFile: Self {
        Setting(rule: "must be the path of a PEM or JWK file") { node in
            guard let path = node.string, !path.isEmpty, path.utf8.count < 4096 else { return nil }
            return path.utf8.contains(0) || path.utf8.last == UInt8(ascii: "/") ? nil : path
        }
    }
}

extension Setting where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// One of the words that the type knows.
    static var word: Self {
        let words = Value.allCases.map { "\"\($0.rawValue)\"" }
        return Setting(rule: "must be \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")") { node in
            node.string.flatMap { Value(rawValue: $0) }
        }
    }
}

extension Setting<Int64> {
    static var leeway: Self {
        Setting(rule: "must be a whole number of seconds from 0 to 300") { node in
            node.integer.flatMap { (0...300).contains($0) ? Int64($0) : nil }
        }
    }
}
