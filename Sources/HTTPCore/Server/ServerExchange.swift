/// One request and its answer, whatever brings them: its subclass knows what requests mean, overrides the hooks and answers
/// through the commands (`sendHead`, `sendContent`, `finish`). It is lent to a connection when a request begins to come, and
/// given back when the answer has been taken.
///
/// The connection calls the hooks, one exchange at a time or several at once. Hooks and commands are all that either knows of
/// the other.
open class ServerExchange {
    package final let loop: EventLoop
    /// The loop's memory: see `EventSource.memory`.
    package final let memory: LoopMemory
    final var link = ClientLink.none
    /// Behind this one, while both wait to be lent.
    final var next: ServerExchange?

    // The request's content.
    final var reader = ContentReader(.none)
    /// Content in chunks has come to its end with its head, and is not read yet.
    final var isContentAtHand = false
    final var isReadingPaused = false
    /// What is read of the content is dropped: the answer did not need it.
    final var isDraining = false
    final var drained = 0
    final var pace = ContentPace()
    /// Of a head that comes in pieces.
    final var headProgress = HeadProgress()
    /// `resumeHead` was called before the head was even held.
    final var isResumeAsked = false

    // The answer.
    final let output = OutputQueue()
    final var answer = AnswerState.finished
    /// How much output waited before the answer at hand, as long as none of it has been sent since.
    final var unsentFrom: Int?
    final var requestMethod = Method.other
    final var requestVersion = HTTPVersion.http11
    /// Whether the client waits for 100 before it sends its content.
    final var owesContinue = false

    /// The request at hand, or the last, as it is counted.
    ///
    /// Nobody outside the module may change it, or what stands below: so the compiler sees that no two accesses overlap.
    final var exchangeTally = ExchangeTally()
    /// What the subclass keeps of the request at hand, in bytes.
    final var heldBytes = 0
    /// Where the loop counts what is kept for this exchange; nil while that is nothing.
    final var counted: BufferedBytes.Place?
    final var answerable: BufferPayer?
    final var exchangeEnd = Instant.never

    package init(loop: EventLoop) {
        self.loop = loop
        memory = loop.memory
    }

    // MARK: Hooks

    /// A valid request head; its ranges are places in `bytes`, and neither outlives the call. False: not now; it comes
    /// again after `resumeHead`.
    open func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool { true }

    /// A run of the request's content.
    open func receivedContent(_ bytes: Span<UInt8>) {}

    /// The request's content is complete. Not called for a request without any.
    open func receivedEnd() {}

    /// All output has been taken by the client, after some had stayed behind.
    open func outputDrained() {}

    /// The answer is complete; the last of it may still wait for the client. Called before the next request begins.
    open func answerFinished() {}

    /// Bytes of a tunnel.
    open func receivedTunnel(_ bytes: Span<UInt8>) {}

    /// The client has closed its sending side: true to go on answering, false to take it as gone.
    open func clientFinished() -> Bool { true }

    /// A request that can't be served for the way it is written, or comes. To be answered with the error's status; no request
    /// follows. `head` is what has come of its head, where that is what is refused.
    open func refused(_ error: MessageError, head: Span<UInt8>?) {}

    /// The same of a request's content while half its answer is out: the answer is about to be cut.
    open func contentFailed(_ error: MessageError) {}

    /// More is kept than may be, and this exchange's bytes are to go. With `canAnswer` the request at hand, or what there is
    /// of it, is to be answered, and no request follows; else the answer is about to be cut.
    open func overloaded(canAnswer: Bool) {}

    /// `exchangeDeadline` has passed.
    open func exchangeDeadlinePassed() {}

    /// The client is gone while it had the exchange; called once, whatever the reason.
    open func closed(_ end: ClientEnd) {}

    /// The exchange is over, and goes back to where it was lent: nothing of this client may stay.
    open func returned() {}
}
