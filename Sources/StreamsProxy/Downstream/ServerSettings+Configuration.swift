import HTTPCore

extension ServerSettings {
    /// The client's side as `LUNA_API_HTTP_SETTINGS` has it.
    init(_ configuration: Configuration) {
        self.init()
        headTimeout = Interval(configuration.http.requestTimeout)
        contentTimeout = Interval(configuration.http.requestTimeout)
        keepAliveTimeout = Interval(configuration.http.keepAliveTimeout)
        contentMaximum = configuration.http.requestMaximumSize
    }
}
