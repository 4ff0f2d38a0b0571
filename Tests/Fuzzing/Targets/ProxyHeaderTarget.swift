import HTTPCore

/// PROXY headers: in any parts they come to the same, bytes behind one change nothing, and no more is taken than there is.
enum ProxyHeaderTarget {
    private enum Outcome: Equatable {
        case more
        case header(ProxyHeader)
        case refused(ProxyHeader.Fault)
    }

    private static func outcome(_ bytes: [UInt8]) -> Outcome {
        do throws(ProxyHeader.Fault) {
            guard let header = try ProxyHeader.read(bytes.span) else { return .more }
            return .header(header)
        } catch {
            return .refused(error)
        }
    }

    static func run(_ bytes: [UInt8]) throws(Finding) {
        // The first prefix that is decided on decides.
        var decided = Outcome.more
        var count = 0
        while decided == .more, count < bytes.count {
            count += 1
            decided = outcome(Array(bytes[..<count]))
        }
        let whole = outcome(bytes)
        try require(whole == decided, "whole \(whole), in parts \(decided)")
        guard case .header(let header) = whole else {
            try require(whole != .more || bytes.count < ProxyHeader.maximumLength, "waits for ever")
            return
        }
        try require(header.length == count && count <= ProxyHeader.maximumLength, "\(header.length) of \(count) bytes")
        guard let source = header.source else { return }
        try require((0...65535).contains(source.port), "port \(source.port)")
        let text = SocketAddress(source.address, port: source.port).address
        try require(IPAddress(text.span, 0..<text.count) == source.address, "an address that can't be read again")
    }
}
