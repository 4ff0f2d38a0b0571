/// What one request and its answer have come to on the client's side, in plain numbers: for the log and the counters.
package struct ExchangeTally: Sendable {
    /// The status of the answer whose head has been written; 0 before.
    package var status = 0
    /// When that was; `never` before.
    package var answered = Instant.never
    /// Bytes of the request that were read, head and framing included.
    package var requestBytes = 0
    /// Bytes of the answer that were written, interim heads and framing included. Once the connection has closed, less
    /// those that had not left.
    package var answerBytes = 0

    package init() {}
}
