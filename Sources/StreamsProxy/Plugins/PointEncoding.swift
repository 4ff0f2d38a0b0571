internal import HTTPCore

/// Monitoring points as the host reads them.
package enum PointEncoding {
    /// One line with the points of a batch: of each request one of the series `requests`, and of a failed one another of
    /// the series `errors`.
    package static func appendLine(_ records: [PointRecord], _ names: PointNames, to output: inout [UInt8]) {
        output.append("{\"type\":\"points\",\"points\":[")
        var isFirst = true
        for record in records {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            append("requests", record, names, to: &output)
            guard record.isError else { continue }
            output.append(UInt8(ascii: ","))
            append("errors", record, names, to: &output)
        }
        output.append("]}\n")
    }

    private static func append(
        _ series: StaticString, _ record: PointRecord, _ names: PointNames, to output: inout [UInt8]
    ) {
        output.append("{\"series\":\"")
        output.append(series)
        output.append("\",\"time\":")
        appendSeconds(nanoseconds: record.time * 1_000_000, digits: 3, to: &output)
        output.append(",\"tags\":{\"service\":\"luna-api\",\"route\":\"")
        appendRoute(record, names, to: &output)
        output.append("\",\"status_code\":")
        output.append(decimal: Int(record.status))
        output.append(",\"account_id\":")
        if let accountID = record.accountID {
            output.append(UInt8(ascii: "\""))
            output.append(accountID)
            output.append(UInt8(ascii: "\""))
        } else {
            output.append("null")
        }
        if record.errorCode != 0, record.isError {
            output.append(",\"error_code\":")
            output.append(decimal: Int(record.errorCode))
        }
        output.append("},\"fields\":{\"request_id\":\"")
        record.requestID.append(to: &output)
        output.append("\",\"execution_time\":")
        appendSeconds(nanoseconds: record.duration.nanoseconds, digits: 6, to: &output)
        output.append("}}")
    }

    /// As LUNA writes routes: the method and the whole path, with names in the place of ids.
    private static func appendRoute(_ record: PointRecord, _ names: PointNames, to output: inout [UInt8]) {
        output.append(record.method.name)
        output.append(UInt8(ascii: ":"))
        guard let route = record.route else {
            // Paths that are no route are for clients to choose: as a tag they would grow without bound.
            output.append("unknown")
            return
        }
        if route == .plugin {
            output.append("/6/plugins/")
            // Names have no character that JSON escapes.
            if Int(record.plugin) < names.plugins.count {
                output.append(contentsOf: names.plugins[Int(record.plugin)].utf8)
            }
            return
        }
        if route.isMounted { output.append(contentsOf: names.mount.utf8) }
        output.append(route.name)
    }

    private static func appendSeconds(nanoseconds: Int64, digits: Int, to output: inout [UInt8]) {
        var unit: Int64 = 1_000_000_000
        for _ in 0..<digits { unit /= 10 }
        let count = max(0, nanoseconds) / unit
        let whole = 1_000_000_000 / unit
        output.append(decimal: Int(count / whole))
        output.append(UInt8(ascii: "."))
        output.append(decimal: Int(count % whole), digits: digits)
    }
}
