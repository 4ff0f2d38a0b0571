import HTTPCore

/// A line as one JSON object, always with the same members in the same order; what there is not is null.
extension AccessLine {
    func putJSON(_ clock: LogClock, _ names: borrowing LogNames, into output: inout LineWriter) {
        // By value, so that it stays in registers.
        var line = output
        line.put("{\"time\":\"")
        putTime(clock, into: &line)
        line.put("\",\"level\":\"")
        line.put(level.word)
        switch event {
        case .request: line.put("\",\"event\":\"request\",\"request_id\":\"")
        case .begin: line.put("\",\"event\":\"begin\",\"request_id\":\"")
        case .end: line.put("\",\"event\":\"end\",\"request_id\":\"")
        }
        line.put(record.requestID)
        if let traceID = record.traceID {
            line.put("\",\"trace_id\":\"")
            line.put(hexadecimal: traceID)
            line.put("\",\"client\":\"")
        } else {
            line.put("\",\"trace_id\":null,\"client\":\"")
        }
        line.put(names.client.span)
        line.put("\",\"method\":\"")
        line.put(record.method.name)
        if let route = record.route {
            line.put("\",\"route\":\"")
            putRoute(route, names, into: &line)
            line.put("\",\"account_id\":")
        } else {
            line.put("\",\"route\":null,\"account_id\":")
        }
        line.put(quoted: record.accountID)
        line.put(",\"token_id\":")
        line.put(quoted: record.tokenID)
        if record.credential == 0 {
            line.put(",\"credential\":null,\"status\":")
        } else {
            line.put(",\"credential\":\"")
            line.put(hexadecimal: record.credential)
            line.put("\",\"status\":")
        }
        if tally.status == 0 { line.put("null") } else { line.put(decimal: tally.status) }
        if record.errorCode == 0 {
            line.put(",\"error_code\":null")
        } else {
            line.put(",\"error_code\":")
            line.put(decimal: record.errorCode)
        }
        if record.reason == .none {
            line.put(",\"reason\":null,\"request_bytes\":")
        } else {
            line.put(",\"reason\":\"")
            line.put(record.reasonWord)
            line.put("\",\"request_bytes\":")
        }
        line.put(decimal: tally.requestBytes)
        line.put(",\"answer_bytes\":")
        line.put(decimal: tally.answerBytes)
        putJSONTimes(into: &line)
        line.put(",\"decision\":\"")
        line.put(record.decision.word)
        line.put("\",\"upstream\":\"")
        line.put(record.upstream.word)
        line.put(record.isRetried ? "\",\"retried\":true,\"end\":" : "\",\"retried\":false,\"end\":")
        if event == .begin {
            line.put("null}\n")
        } else {
            line.put("\"")
            line.put(record.end.word)
            line.put("\"}\n")
        }
        output = line
    }

    @inline(__always)
    private func putJSONTimes(into line: inout LineWriter) {
        line.put(",\"total_us\":")
        line.put(decimal: totalMicroseconds)
        line.put(",\"first_byte_us\":")
        if let firstByteMicroseconds { line.put(decimal: firstByteMicroseconds) } else { line.put("null") }
        line.put(",\"connect_us\":")
        line.put(decimal: Int(record.connecting / 1000))
        line.put(",\"decision_us\":")
        line.put(decimal: Int(record.held / 1000))
    }

    @inline(__always)
    func putTime(_ clock: LogClock, into line: inout LineWriter) {
        line.put(clock.date.span)
        line.put(threeDigits: Int(unixMilliseconds % 1000))
        if let offset = clock.offset { line.put(offset.span) } else { line.put(UInt8(ascii: "Z")) }
    }
}
