internal import JSON

/// A section that names a LUNA service: `origin` and `api_version`.
struct AddressSection {
    private var section: SettingsSection
    /// For messages: `Luna-Streams`.
    private let service: String
    /// A URL that would do.
    private let example: String

    init(_ section: SettingsSection, service: String, example: String) {
        self.section = section
        self.service = service
        self.example = example
    }

    /// The address; nil where it has a problem.
    mutating func read(_ problems: inout SettingsProblems) -> UpstreamAddress? {
        defer {
            section.refuseUnknownNames(&problems) { [example] name in
                ["host", "port", "scheme"].contains(name)
                    ? "is no setting; it stands in origin, such as \"\(example)\"" : nil
            }
        }
        let origin = section.node("origin")
        let hasVersion = section.contains("api_version")
        let version = section.value("api_version", .apiVersion, &problems)
        guard let origin else {
            section.addMissing("origin", "the URL of \(service), such as \"\(example)\"", &problems)
            return nil
        }
        let path = section.path(of: "origin")
        guard let text = origin.string else {
            problems.add(
                at: origin.offset, path: path, found: Displayed.value(origin),
                rule: "must be the URL of \(service), as a string")
            return nil
        }
        do throws(OriginError) {
            return try OriginParser.parse(text, apiVersion: hasVersion ? version : 1, service: service)
        } catch {
            problems.add(
                at: origin.offset, path: path, found: Displayed.quoted(OriginParser.redacted(text)), rule: error.rule)
            return nil
        }
    }
}
