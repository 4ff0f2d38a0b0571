package import HTTPCore

/// One answered request as monitoring wants to know it. Plain values: recording one copies it into memory that is there.
package struct PointRecord: Sendable, Equatable {
    /// When the request's head came, in Unix milliseconds.
    package let time: Int64
    /// From the head to the answer's end.
    package let duration: Interval
    package let requestID: RequestID
    /// Nil where nobody is known.
    package let accountID: UniqueID?
    /// Nil where the path led nowhere.
    package let route: Route?
    package let method: Method
    /// The place of the plugin in the settings, of `Route.plugin`.
    package let plugin: UInt8
    package let status: UInt16
    /// Of our own errors; 0 for all else.
    package let errorCode: Int32

    package init(
        time: Int64, duration: Interval, requestID: RequestID, accountID: UniqueID?, route: Route?, method: Method,
        plugin: UInt8, status: UInt16, errorCode: Int32
    ) {
        self.time = time
        self.duration = duration
        self.requestID = requestID
        self.accountID = accountID
        self.route = route
        self.method = method
        self.plugin = plugin
        self.status = status
        self.errorCode = errorCode
    }

    /// What an exchange has come to by `now`, which is `unixMilliseconds` on the wall clock.
    init(_ record: ExchangeRecord, _ tally: ExchangeTally, at now: Instant, unixMilliseconds: Int64) {
        let duration = Interval(nanoseconds: now.nanoseconds - record.began.nanoseconds)
        self.init(
            time: unixMilliseconds - duration.nanoseconds / 1_000_000, duration: duration,
            requestID: record.requestID, accountID: record.accountID, route: record.route, method: record.method,
            plugin: record.plugin, status: UInt16(clamping: tally.status), errorCode: Int32(clamping: record.errorCode))
    }

    var isError: Bool { status >= 400 || errorCode != 0 }
}

/// The names that records leave out, as they were when those were made.
package struct PointNames: Sendable, Equatable {
    let mount: String
    let plugins: [String]

    package init(mount: String, plugins: [String]) {
        self.mount = mount
        self.plugins = plugins
    }

    init(_ configuration: Configuration) {
        self.init(mount: configuration.mount, plugins: configuration.pluginHost?.plugins.map(\.name) ?? [])
    }
}

/// What a worker hands over at once.
package struct PointBatch: Sendable {
    package let records: [PointRecord]
    let names: PointNames

    package init(records: [PointRecord], names: PointNames) {
        self.records = records
        self.names = names
    }
}
