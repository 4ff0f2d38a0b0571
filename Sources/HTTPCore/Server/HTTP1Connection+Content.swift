/// The content of requests.
extension HTTP1Connection {
    /// So much of content in chunks is looked through for its end when its head has come.
    private static let lookAheadMaximum = 16384

    /// Sees whether all of the content has come with its head: then the connection can go on whatever the answer is.
    func lookAhead(_ bytes: Span<UInt8>, for exchange: ServerExchange) {
        guard bytes.count <= Self.lookAheadMaximum else { return }
        var (reading, position, step) = (exchange.reader, 0, ContentStep.needMore)
        repeat {
            // What is wrong with it is told when it is read.
            do { step = try reading.next(bytes, from: &position) } catch { return }
        } while step != .finished && step != .needMore
        exchange.isContentAtHand = step == .finished && position <= settings.drainMaximum
    }

    /// From now on content must keep coming.
    func awaitContent(of exchange: ServerExchange) {
        exchange.pace.begin(at: loop.now, within: settings.pace)
        patience = exchange.pace.deadline
    }

    /// The time has come to look at how content comes.
    func judgePace() {
        guard let exchange else { return }
        switch exchange.pace.judge(at: loop.now, within: settings.pace) {
        case .onTime: patience = exchange.pace.deadline
        case .stalled: refuse(.contentStalled)
        case .tooSlow: refuse(.contentTooSlow)
        }
    }

    func advanceContent(_ bytes: Span<UInt8>, _ position: inout Int, of exchange: ServerExchange) -> Bool {
        // Content that is complete needs no more reading: its end is told even while reading is paused.
        if exchange.isReadingPaused, !exchange.isDraining, !exchange.reader.isFinished { return false }
        let step: ContentStep
        let start = position
        do throws(MessageError) {
            var reading = exchange.reader
            defer { exchange.reader = reading }
            step = try reading.next(bytes, from: &position)
        } catch {
            refuse(error)
            return false
        }
        exchange.exchangeTally.requestBytes += position - start
        switch step {
        case .content(let run):
            exchange.pace.received(run.count, at: loop.now, within: settings.pace)
            patience = exchange.pace.deadline
            // Whoever sends content does not wait for 100 any more.
            exchange.owesContinue = false
            if exchange.isDraining {
                exchange.drained += run.count
                if exchange.drained > settings.drainMaximum { linger() }
            } else {
                exchange.receivedContent(bytes.extracting(run))
            }
            return true
        case .needMore:
            return false
        case .finished:
            patience = .never
            phase = .answering
            if exchange.answer == .finished { nextRequest(after: exchange) } else { exchange.receivedEnd() }
            return true
        }
    }

    // MARK: For the exchange

    func refuseContent(_ error: MessageError) {
        guard phase == .content else { return }
        refuse(error)
    }

    func readingPaused() {
        // Who is not listened to can't be silent.
        if phase == .content { patience = .never }
    }

    func readingResumed(for exchange: ServerExchange) {
        if phase == .content { awaitContent(of: exchange) }
        processInput()
    }
}
