import HTTPCore

/// The way to the plugin host, as a state of the settings has it: a second upstream beside Luna-Streams.
final class PluginTerms {
    let timeouts: ExchangeTimeouts
    let forwarding: PluginForwarding
    let pool: UpstreamPool
    /// Of callers without credentials.
    let openPool: UpstreamPool
    let connector: Connector
    /// Of the Python plugins, in the order of the settings.
    private let names: [[UInt8]]

    /// `socket`: where the host listens whenever there is one.
    init(
        _ configuration: Configuration, _ forwarding: Forwarding, socket: String, limits: MessageLimits,
        loop: EventLoop,
        multi: CurlMulti
    ) {
        var timeouts = UpstreamTimeouts()
        if let host = configuration.pluginHost {
            // The host keeps the time itself, and has better words for what was late.
            timeouts.request = host.requestTimeout + .seconds(5)
        }
        self.timeouts = ExchangeTimeouts(timeouts)
        names = configuration.pluginHost?.plugins.map { Array($0.name.utf8) } ?? []
        self.forwarding = PluginForwarding(forwarding)
        pool = UpstreamPool(loop: loop)
        openPool = UpstreamPool(loop: loop)
        connector = Connector(loop: loop, multi: multi, socket: socket, limits: limits)
    }

    /// Empty where the settings have become others since.
    func name(_ plugin: UInt8) -> [UInt8] { Int(plugin) < names.count ? names[Int(plugin)] : [] }

    /// No request will ask for their connections any more.
    func retirePools() {
        pool.retire()
        openPool.retire()
    }
}
