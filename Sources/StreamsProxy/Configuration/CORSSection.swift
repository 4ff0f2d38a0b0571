internal import HTTPCore
internal import JSON

/// Reads `cors`.
struct CORSSection {
    private static let originRule =
        "must be an origin as browsers send it, such as \"https://streams.example.com\" or \"http://10.0.0.5:8080\": "
        + "no path and no dot at its end; or \"*\" alone for every page"

    /// Nil where there is none, and where it breaks a rule, which `problems` then has.
    static func read(in settings: inout SettingsSection, _ problems: inout SettingsProblems) -> CORSSettings? {
        guard var section = settings.section("cors", &problems) else { return nil }
        let origins = origins(&section, &problems)
        let fields = fields(&section, &problems)
        let credentials = section.value("allow_credentials", .flag, &problems)
        let age = section.value("max_age", .secondsOrNone, &problems)
        if credentials == true, case .any = origins, let node = section.node("allow_credentials") {
            problems.add(
                at: node.offset, path: section.path(of: "allow_credentials"), found: Displayed.value(node),
                rule: "must be 0 where allowed_origins is \"*\": every page could act with the user's login")
        }
        section.refuseUnknownNames(&problems)
        guard let origins else { return nil }
        var settings = CORSSettings(origins: origins)
        settings.allowsCredentials = credentials ?? settings.allowsCredentials
        settings.requestFields = fields ?? settings.requestFields
        settings.maximumAge = age ?? settings.maximumAge
        return settings
    }

    private static func origins(
        _ section: inout SettingsSection, _ problems: inout SettingsProblems
    ) -> CORSSettings.Origins? {
        let name = "allowed_origins"
        let path = section.path(of: name)
        guard let node = section.node(name) else {
            section.addMissing(name, "cors says which pages may read our answers", &problems)
            return nil
        }
        guard let elements = node.array, !elements.isEmpty else {
            problems.add(
                at: node.offset, path: path, found: Displayed.value(node), rule: "must be an array of origins")
            return nil
        }
        if elements.count == 1, elements[0].string == "*" { return .any }
        var origins: [String] = []
        for (index, element) in elements.enumerated() {
            if let origin = element.string.flatMap(origin) {
                origins.append(origin)
            } else {
                problems.add(
                    at: element.offset, path: "\(path)[\(index)]", found: Displayed.value(element), rule: originRule)
            }
        }
        return .listed(origins)
    }

    /// `scheme://host[:port]` as a browser would write it (RFC 6454 §6.2); nil for anything else. A host that ends in a dot
    /// is another one to browsers: no page comes from there by intention.
    private static func origin(_ text: String) -> String? {
        let lower = text.lowercased()
        for (scheme, defaultPort) in [("https://", 443), ("http://", 80)] where lower.hasPrefix(scheme) {
            let authority = lower.dropFirst(scheme.count)
            let hostEnd: Substring.Index
            if authority.first == "[" {
                guard let bracket = authority.firstIndex(of: "]") else { return nil }
                hostEnd = authority.index(after: bracket)
            } else {
                hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
            }
            let (host, rest) = (authority[..<hostEnd], authority[hostEnd...])
            guard HostName.parse(String(host)) != nil else { return nil }
            if rest.isEmpty { return scheme + host }
            guard rest.first == ":", let port = PortNumber.parse(rest.dropFirst()), port > 0 else { return nil }
            return port == defaultPort ? scheme + host : "\(scheme)\(host):\(port)"
        }
        return nil
    }

    private static func fields(_ section: inout SettingsSection, _ problems: inout SettingsProblems) -> [String]? {
        let name = "allowed_headers"
        guard let node = section.node(name) else { return nil }
        let names = node.array?.compactMap(\.string).filter { name in
            !name.isEmpty && name.utf8.allSatisfy(ASCII.isToken)
        }
        guard let names, names.count == node.array?.count else {
            problems.add(
                at: node.offset, path: section.path(of: name), found: Displayed.value(node),
                rule: "must be an array of field names")
            return nil
        }
        return names
    }
}
