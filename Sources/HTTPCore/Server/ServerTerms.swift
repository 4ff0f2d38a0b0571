/// The settings that a server's connections share, and what is made of them: one for all, so that an idle connection
/// does not carry its own.
package final class ServerTerms: Sendable {
    package let settings: ServerSettings
    let parser: HeadParser

    package init(_ settings: ServerSettings) {
        self.settings = settings
        parser = HeadParser(limits: settings.limits)
    }
}
