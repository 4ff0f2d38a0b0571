import HTTPCore

extension ServerSettings {
    /// The client's side as `LUNA_API_HTTP_SETTINGS` and `LIMITS` have it.
    init(_ configuration: Configuration) {
        self.init()
        let http = configuration.http
        let bounds = configuration.limits
        limits.startLine = bounds.requestLine
        limits.head = bounds.requestHead
        limits.fields = bounds.requestFields
        // `request_timeout` is LUNA's time for a whole request: no head may take longer, whatever its own limit.
        headTimeout = Interval(min(bounds.requestHeadTimeout, http.requestTimeout))
        firstByteTimeout = Interval(min(bounds.firstByteTimeout, http.requestTimeout))
        keepAliveTimeout = Interval(http.keepAliveTimeout)
        readAheadMaximum = bounds.readAhead
        contentMaximum = http.requestMaximumSize
        pace.silence = Interval(http.requestTimeout)
        pace.rate = bounds.contentRate
        pace.window = Interval(bounds.contentRateWindow)
        pace.grace = Interval(bounds.contentRateGrace)
    }
}

extension MessageLimits {
    /// The bounds of an answer's head. Its status line has no limit of its own below the request line's.
    init(answers bounds: LimitSettings) {
        self.init()
        head = bounds.answerHead
        fields = bounds.answerFields
    }
}
