import HTTPCore

/// What one state of the settings comes to on a worker: rules, timeouts, the way to Luna-Streams. A request ends under
/// the terms that it began with; when the settings are read anew, later ones get others.
///
/// Who may pass is not among them. `Worker.authenticator` says that at all times, for requests under way too: a right
/// that was taken away must not live on with an old request.
final class Terms {
    let server: ServerTerms
    /// How much may wait for slow peers, and of whom.
    let bufferBounds: BufferBounds
    let timeouts: ExchangeTimeouts
    /// How often whoever watches a preview is decided on again.
    let reviewInterval: Interval
    /// How long a preview runs on while it can't be found out whether its viewer may still watch.
    let reviewGrace: Interval
    let admission: Admission
    let forwarding: Forwarding
    let pool: UpstreamPool
    /// Of callers without credentials: they leave the others' alone.
    let openPool: UpstreamPool
    let connector: Connector
    let owners: OwnershipLookup
    let resources: OwnResources
    let plugins: PluginTerms
    /// Where Luna-Streams' routes hang, as the log has it.
    let mount: [UInt8]
    let health: ServiceHealth
    /// Nil where `cors` is off.
    let cors: CORSRule?
    let proxies: TrustedProxies
    /// Whether there are any; plain, since each request asks.
    let trustsProxies: Bool

    private let upstream: UpstreamAddress
    private let answerLimits: MessageLimits

    /// The connections to Luna-Streams are taken over from `old` where its address and the limits of answers have stayed.
    init(
        _ configuration: Configuration, loop: EventLoop, multi: CurlMulti, control: ControlClient, pluginSocket: String,
        replacing old: Terms?
    ) {
        server = ServerTerms(ServerSettings(configuration))
        bufferBounds = BufferBounds(total: configuration.limits.bufferedBytes)
        timeouts = ExchangeTimeouts(configuration.timeouts)
        reviewInterval = Interval(configuration.liveReview)
        reviewGrace = Interval(configuration.liveGrace)
        admission = Admission(configuration)
        forwarding = Forwarding(configuration)
        resources = OwnResources(isLunaStreamsActive: configuration.isLunaStreamsActive)
        health = ServiceHealth(configuration, loop: loop, control: control)
        cors = configuration.http.cors.map(CORSRule.init)
        proxies = configuration.trustedProxies
        trustsProxies = !proxies.names.isEmpty
        upstream = configuration.upstream
        mount = Array(configuration.mount.utf8)
        answerLimits = MessageLimits(answers: configuration.limits)
        if let old, old.upstream == upstream, old.answerLimits == answerLimits {
            pool = old.pool
            openPool = old.openPool
            connector = old.connector
        } else {
            pool = UpstreamPool(loop: loop)
            openPool = UpstreamPool(loop: loop)
            connector = Connector(loop: loop, multi: multi, address: upstream, limits: answerLimits)
        }
        plugins = PluginTerms(
            configuration, forwarding, socket: pluginSocket, limits: answerLimits, loop: loop, multi: multi)
        owners = OwnershipLookup(loop: loop, control: control, configuration)
    }

    /// Connections to Luna-Streams that wait for the next request.
    var idleCount: Int { pool.count + openPool.count }

    /// Gives one of their descriptors back; false where none waits.
    func discardOldestIdle() -> Bool {
        plugins.openPool.discardOldest() || openPool.discardOldest() || plugins.pool.discardOldest()
            || pool.discardOldest()
    }

    /// No new request is served by these any more, but by `new`. Those under way finish; their connections to
    /// Luna-Streams are closed after them where `new` has no use for them.
    func retire(for new: Terms) {
        if new.pool !== pool {
            pool.retire()
            openPool.retire()
        }
        plugins.retirePools()
        owners.retire()
    }

    /// The worker ends: no connection is kept.
    func retirePools() {
        pool.retire()
        openPool.retire()
        plugins.retirePools()
    }
}
