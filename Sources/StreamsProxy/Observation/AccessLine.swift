package import HTTPCore

/// What a line of the access log is about.
package enum AccessEvent: Sendable, Equatable {
    /// An exchange that is over, told in one line.
    case request
    /// A preview that begins, and one that has ended.
    case begin, end
}

/// One exchange as a line of the access log. Its bytes are numbers, ids and words of closed lists; what is not, the
/// mount and the client's address, was escaped beforehand. Nothing that a client wrote can get in.
package struct AccessLine {
    package let event: AccessEvent
    package let record: ExchangeRecord
    package let tally: ExchangeTally
    /// When the line is written.
    package let now: Instant
    /// The same moment in milliseconds since 1970.
    package let unixMilliseconds: Int64
    package let level: LogLevel

    @inline(__always)
    package init(
        _ event: AccessEvent, _ record: ExchangeRecord, _ tally: ExchangeTally, at now: Instant, unixMilliseconds: Int64
    ) {
        self.event = event
        self.record = record
        self.tally = tally
        self.now = now
        self.unixMilliseconds = unixMilliseconds
        level = Self.level(event, tally.status, record.reason, record.end)
    }

    /// More than any line has, mount and address apart: names and punctuation are some 450 bytes, ids 200, the ten
    /// numbers at most 190, words 150.
    package static let maximumLength = 1280

    @inline(__always)
    private static func level(
        _ event: AccessEvent, _ status: Int, _ reason: RefusalReason, _ end: ExchangeEnd
    ) -> LogLevel {
        if end == .cut || status >= 500 { return .error }
        // A browser asks without credentials first, and only its 401 makes it ask for them.
        if status >= 400 { return reason == .noCredentials ? .info : .warning }
        // A preview has no end of its own: it is over when the viewer leaves.
        return end == .completed || event == .end && end == .clientGone ? .info : .warning
    }

    /// Where the request went, by the path's pattern.
    @inline(__always)
    func putRoute(_ route: Route, _ names: borrowing LogNames, into line: inout LineWriter) {
        if route.isMounted { line.put(names.mount.span) }
        if names.plugin.isEmpty {
            line.put(route.name)
        } else {
            line.put("/6/plugins/")
            line.put(names.plugin.span)
        }
    }

    package var totalMicroseconds: Int { Self.microseconds(record.began, now) }

    /// Nil where no answer has begun.
    package var firstByteMicroseconds: Int? {
        tally.answered == .never ? nil : Self.microseconds(record.began, tally.answered)
    }

    private static func microseconds(_ start: Instant, _ end: Instant) -> Int {
        Int(max(0, end.nanoseconds &- start.nanoseconds) / 1000)
    }

    /// Appends the line to `buffer`, its end included.
    package func append(
        _ format: LogFormat, _ clock: inout LogClock, _ names: borrowing LogNames, to buffer: inout [UInt8]
    ) {
        clock.advance(to: unixMilliseconds)
        let room = Self.maximumLength + names.maximumLength
        buffer.append(addingCapacity: room) { (output: inout OutputSpan<UInt8>) in
            output.withUnsafeMutableBufferPointer { memory, count in
                guard var line = LineWriter(memory, at: count) else { return }
                switch format {
                case .json: putJSON(clock, names, into: &line)
                case .text: putText(clock, names, into: &line)
                }
                count = line.count
            }
        }
    }
}
