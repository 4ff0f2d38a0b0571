/// The content of requests.
extension ServerConnection {
    /// So much of content in chunks is looked through for its end when its head has come.
    private static let lookAheadMaximum = 16384

    /// Sees whether all of the content has come with its head: then the connection can go on whatever the answer is.
    func lookAhead(_ bytes: Span<UInt8>) {
        guard bytes.count <= Self.lookAheadMaximum else { return }
        var (reading, position, step) = (reader, 0, ContentStep.needMore)
        repeat {
            // What is wrong with it is told when it is read.
            do { step = try reading.next(bytes, from: &position) } catch { return }
        } while step != .finished && step != .needMore
        isContentAtHand = step == .finished && position <= settings.drainMaximum
    }

    /// From now on content must keep coming.
    func awaitContent() {
        pace.begin(at: loop.now, within: settings.pace)
        patience = pace.deadline
    }

    func advanceContent(_ bytes: Span<UInt8>, _ position: inout Int) -> Bool {
        // Content that is complete needs no more reading: its end is told even while reading is paused.
        if isReadingPaused, !isDraining, !reader.isFinished { return false }
        let step: ContentStep
        let start = position
        do throws(MessageError) {
            var reading = reader
            defer { reader = reading }
            step = try reading.next(bytes, from: &position)
        } catch {
            refuse(error)
            return false
        }
        exchangeTally.requestBytes += position - start
        switch step {
        case .content(let run):
            pace.received(run.count, at: loop.now, within: settings.pace)
            patience = pace.deadline
            // Whoever sends content does not wait for 100 any more.
            owesContinue = false
            if isDraining {
                drained += run.count
                if drained > settings.drainMaximum { linger() }
            } else {
                receivedContent(bytes.extracting(run))
            }
            return true
        case .needMore:
            return false
        case .finished:
            patience = .never
            phase = .answering
            if answer == .finished { nextRequest() } else { receivedEnd() }
            return true
        }
    }

    // MARK: For the subclass

    /// The content at hand is no longer waited for.
    package func refuseContent(_ error: MessageError) {
        guard phase == .content else { return }
        refuse(error)
    }

    /// Stops reading content, or the tunnel: what has come already waits with the socket.
    package func pauseReading() {
        isReadingPaused = true
        // Who is not listened to can't be silent.
        if phase == .content { patience = .never }
    }

    /// Reads on.
    package func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if phase == .content { awaitContent() }
        processInput()
    }
}
