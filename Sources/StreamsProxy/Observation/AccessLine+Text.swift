import HTTPCore

/// A line for eyes: what matters first, the rest as `name=value`, what there is not left out.
extension AccessLine {
    func putText(_ clock: LogClock, _ names: borrowing LogNames, into line: inout LineWriter) {
        putTime(clock, into: &line)
        line.put(" ")
        line.put(level.label)
        line.put(" ")
        line.put(names.client.span)
        line.put(" ")
        line.put(record.method.name)
        line.put(" ")
        if let route = record.route {
            putRoute(route, names, into: &line)
        } else {
            line.put("-")
        }
        line.put(" ")
        if tally.status == 0 { line.put("-") } else { line.put(decimal: tally.status) }
        line.put(" ")
        line.put(decimal: totalMicroseconds)
        line.put("us")
        switch event {
        case .request: break
        case .begin: line.put(" begin")
        case .end: line.put(" end")
        }
        line.put(" request_id=")
        line.put(record.requestID)
        if let traceID = record.traceID {
            line.put(" trace_id=")
            line.put(hexadecimal: traceID)
        }
        putTextNames(into: &line)
        line.put(" in=")
        line.put(decimal: tally.requestBytes)
        line.put(" out=")
        line.put(decimal: tally.answerBytes)
        if let firstByteMicroseconds {
            line.put(" first_byte=")
            line.put(decimal: firstByteMicroseconds)
            line.put("us")
        }
        if record.connecting > 0 {
            line.put(" connect=")
            line.put(decimal: Int(record.connecting / 1000))
            line.put("us")
        }
        if record.held > 0 {
            line.put(" wait=")
            line.put(decimal: Int(record.held / 1000))
            line.put("us")
        }
        line.put(" decision=")
        line.put(record.decision.word)
        line.put(" upstream=")
        line.put(record.upstream.word)
        if record.isRetried { line.put(" retried") }
        if event != .begin {
            line.put(" ")
            line.put(record.end.word)
        }
        line.put("\n")
    }

    private func putTextNames(into line: inout LineWriter) {
        if let accountID = record.accountID {
            line.put(" account=")
            line.put(accountID)
        }
        if let tokenID = record.tokenID {
            line.put(" token=")
            line.put(tokenID)
        }
        if record.credential != 0 {
            line.put(" credential=")
            line.put(hexadecimal: record.credential)
        }
        if record.errorCode != 0 {
            line.put(" error_code=")
            line.put(decimal: record.errorCode)
        }
        if record.reason != .none {
            line.put(" reason=")
            line.put(record.reasonWord)
        }
    }
}
