package import Auth

extension Authenticator.CacheSettings {
    /// The same times and bounds, in milliseconds.
    init(_ settings: DecisionCacheSettings) {
        self.init()
        lifetime = settings.lifetime.milliseconds
        refusalLifetime = settings.refusalLifetime.milliseconds
        capacity = settings.capacity
    }
}

extension DecisionTable.Settings {
    /// The same times and bounds, in milliseconds.
    package init(_ settings: DecisionCacheSettings) {
        self.init()
        lifetime = settings.lifetime.milliseconds
        refusalLifetime = settings.refusalLifetime.milliseconds
        staleReads = settings.staleReads.milliseconds
        capacity = settings.capacity
    }
}

extension Duration {
    /// Whole ones; the settings have no finer times.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
