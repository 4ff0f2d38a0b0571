import HTTPCore

/// Answers of our own.
extension ProxyExchange {
    func respond(_ refusal: Refusal) {
        guard !isClosed else { return }
        let answer = note(refusal)
        var content = memory.takeBuffer()
        answer.appendContent(to: &content)
        content.withSpan { content in
            respond(status: answer.status, content: content) { output in
                answer.appendFields(to: &output)
                appendCommonFields(to: &output)
            }
        }
        memory.giveBack(content)
    }

    func respondOptions(_ allow: StaticString) {
        respond(status: 204, content: [UInt8]().span) { output in
            output.appendField("Allow", allow)
            if let rule = terms.cors, cors.isPreflight {
                rule.appendPreflightFields(cors, methods: allow, to: &output)
                appendOwnFields(to: &output)
            } else {
                appendCommonFields(to: &output)
            }
        }
    }

    /// One of our own resources, as JSON.
    func respond(json content: Span<UInt8>, status: Int = 200) {
        respond(status: status, content: content) { output in
            output.appendField("Content-Type", "application/json")
            appendCommonFields(to: &output)
        }
    }

    /// The metrics; nil where a worker did not tell.
    func respond(metrics text: [UInt8]?) {
        guard !isClosed else { return }
        if let text {
            respond(status: 200, content: text.span) { output in
                output.appendField("Content-Type", MetricsText.contentType)
                output.appendField("Cache-Control", "no-store")
                appendCommonFields(to: &output)
            }
        } else {
            respond(.metricsTimeout)
        }
        update()
    }

    /// What became of a request for the accounts' own resources.
    func respond(_ answer: TokensAnswer) {
        guard !isClosed else { return }
        if let code = answer.errorCode {
            record.errorCode = code
            record.reason = .tokensRefused
        }
        respond(status: answer.status, content: answer.content.span) { output in
            if !answer.content.isEmpty { output.appendField("Content-Type", "application/json") }
            answer.challenge.append(detail: "", to: &output)
            for (name, value) in [("Location", answer.location), ("Allow", answer.allow)] {
                guard let value else { continue }
                output.append(contentsOf: name.utf8)
                output.append(": ")
                output.append(contentsOf: value)
                output.append("\r\n")
            }
            if let seconds = answer.retryAfter {
                output.append("Retry-After: ")
                output.append(decimal: seconds)
                output.append("\r\n")
            }
            // A new token is shown once; no cache between may keep it.
            output.appendField("Cache-Control", "no-store")
            appendCommonFields(to: &output)
        }
        update()
    }

    private func appendCommonFields(to output: inout ByteBuffer) {
        terms.cors?.appendFields(cors, to: &output)
        appendOwnFields(to: &output)
    }

    private func appendOwnFields(to output: inout ByteBuffer) {
        Forwarding.appendRequestID(requestID, to: &output)
        Forwarding.appendDate(loop.unixMilliseconds / 1000, to: &output)
    }
}
