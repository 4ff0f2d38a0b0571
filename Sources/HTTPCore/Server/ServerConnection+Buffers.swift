/// What a connection keeps for later, and how it lets go of it.
extension ServerConnection {
    /// Memory that it holds: for what came and is not used yet, and for what waits for the client.
    package var bufferedBytes: Int { input.capacity + output.capacity }

    /// Tells the loop what is kept now, and who answers for it.
    func countBytes() {
        let kept = bufferedBytes + heldBytes
        // What waits before a new head is of the request before it; where nothing waits, it is a stranger's.
        let payer = phase == .head && output.isEmpty ? nil : answerable
        counted = loop.buffered.tell(kept, of: self, at: counted, payer: payer)
    }

    /// The subclass keeps so many bytes of the request at hand.
    package func hold(_ count: Int) {
        if heldBytes == count { return }
        heldBytes = count
        countBytes()
    }

    /// Lets go of all that it keeps: it is the one that others would have to pay for. Whoever can still be told why is told.
    func giveUpBuffers() {
        switch phase {
        case .closed: return
        case .head where output.isEmpty: answerOverload()
        case .content where answer == .awaited: answerOverload()
        case .held: answerOverload()
        // What has gone out of an answer can only be cut, and of what waits for Luna-Streams nobody knows what came of it.
        case .head, .content, .answering, .tunnel: overloaded(canAnswer: false)
        // It has had its answer, and does not take it.
        case .lingering: break
        }
        // Whoever still holds something did not take what it was told.
        if phase != .lingering || bufferedBytes + heldBytes > 0 { abort() }
        update()
    }

    /// There is no room for what this request keeps: one answer, then the end.
    func answerOverload() {
        isPersistent = false
        owesContinue = false
        patience = .never
        if phase == .head {
            requestMethod = .other
            requestVersion = .http11
            answer = .awaited
            exchangeTally = ExchangeTally()
            exchangeTally.requestBytes = input.count
        } else if phase == .held {
            phase = .head
        }
        overloaded(canAnswer: true)
    }
}
