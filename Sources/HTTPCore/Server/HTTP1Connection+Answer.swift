/// The ends of answers, and tunnels.
extension HTTP1Connection {
    /// The answer is complete.
    func finish(_ exchange: ServerExchange) {
        switch exchange.answer {
        case .length(let remaining): precondition(remaining == 0, "as much content as was announced")
        case .chunked: exchange.append { $0.append("0\r\n\r\n") }
        case .untilClose, .empty: break
        case .awaited, .finished: preconditionFailure("an answer ends once, after it has begun")
        }
        exchange.answer = .finished
        exchange.exchangeEnd = .never
        exchange.answerFinished()
        switch phase {
        case .answering:
            nextRequest(after: exchange)
        case .content where isPersistent:
            exchange.isDraining = true
            awaitContent(of: exchange)
            if !isProcessing {
                flush(exchange)
                processInput()
            }
        case .content, .head:
            linger()
        case .held, .tunnel, .lingering, .closed:
            preconditionFailure("only a request that was handed over is answered")
        }
        if !isProcessing { flush(exchange) }
    }

    func nextRequest(after exchange: ServerExchange) {
        guard isPersistent, !hasPeerFinished || isProcessing || !input.isEmpty else {
            if input.isEmpty, !isProcessing {
                flush(exchange)
                if phase != .closed, exchange.output.isEmpty {
                    close(.completed)
                    return
                }
            }
            linger()
            return
        }
        phase = .head
        idleBegan = loop.now
        let idle = isServerEnding ? settings.endingIdleTimeout : settings.keepAliveTimeout
        patience = loop.now.advanced(by: idle)
        if !isProcessing {
            flush(exchange)
            processInput()
        }
    }

    // MARK: Tunnel

    func beginTunnel(of exchange: ServerExchange, _ write: (inout ByteBuffer) -> Void) {
        precondition(
            phase == .answering && exchange.answer == .awaited, "only an unanswered request becomes a tunnel")
        exchange.append { bytes in
            bytes.append("HTTP/1.1 101 Switching Protocols\r\n")
            write(&bytes)
            bytes.append("\r\n")
        }
        exchange.answer = .finished
        exchange.exchangeTally.status = 101
        exchange.exchangeTally.answered = loop.now
        phase = .tunnel
        isPersistent = false
        flush(exchange)
        processInput()
    }

    func sendTunnel(_ bytes: Span<UInt8>, of exchange: ServerExchange) {
        guard phase == .tunnel else { return }
        exchange.send(bytes, closing: nil, over: self)
        flush(exchange)
    }

    func finishTunnel() {
        guard phase == .tunnel else { return }
        linger()
    }
}
