import HTTPCore
import StreamsProxy

/// What says where a request comes from.
let addressWorkloads = [
    Workload("entries of X-Forwarded-For", 1000) { count in
        forwarded([(0..<count).map { "10.0.\($0 / 250).\($0 % 250)" }.joined(separator: ", ")], count)
    },
    Workload("lines of X-Forwarded-For", 500) { count in
        forwarded((0..<count).map { "10.0.\($0 / 250).\($0 % 250)" }, count)
    },
    Workload("empty entries of X-Forwarded-For", 10000) { count in
        forwarded(["10.0.0.1" + String(repeating: ",", count: count) + "10.0.0.1"], 2, result: count)
    },
    Workload("an X-Forwarded-For that is no address", 10000) { count in
        forwarded(["10.0.0.1, [" + String(repeating: ":", count: count) + "]"], 0, result: count)
    },
    Workload("trusted networks", 1000) { count in
        let texts = (0..<count).map { "10.\($0 / 250).\($0 % 250).0/24" }
        return {
            let networks = texts.compactMap { try? IPNetwork($0) }
            let list = NetworkList(networks)
            return networks.count { list.contains($0.first) }
        }
    },
    Workload("what a PROXY header tells besides", 600) { count in
        proxyHeader(Array(repeating: [0xEA, 0, 0], count: count).flatMap(\.self)) { $0 > 0 ? count : 0 }
    },
    Workload("a PROXY header with its checksum", 1500) { count in
        // The checksum is wrong: that is known when all of it has been gone through.
        proxyHeader(
            [0x03, 0, 4, 1, 2, 3, 4, 0xEA, UInt8(count >> 8), UInt8(count & 0xFF)] + [UInt8](repeating: 1, count: count)
        ) {
            $0 < 0 ? count : 0
        }
    },
    Workload("origins of pages", 2000) { count in
        let rule = CORSRule(CORSSettings(origins: .listed((0..<count).map { "https://host\($0).example.com" })))
        let message = head(["Origin: https://host\(count - 1).example.com"])
        let parser = HeadParser(limits: wideLimits())
        return {
            var head = RequestHead()
            guard (try? parser.parse(message.span, into: &head)) == true else { return -1 }
            return rule.verdict(head, message.span) == .listed(count - 1, isPreflight: false) ? count : 0
        }
    },
]

/// Who has sent a request with those values, all of trusted proxies; `hops` is how many of them can be read.
private func forwarded(_ values: [String], _ hops: Int, result: Int? = nil) -> () -> Int {
    guard let network = try? IPNetwork("10.0.0.0/8"), let peer = IPAddress("10.255.0.1") else {
        fatalError("no network")
    }
    let proxies = TrustedProxies([network], introduceClients: false)
    let message = head(values.map { "X-Forwarded-For: \($0)" })
    let parser = HeadParser(limits: wideLimits())
    return {
        var head = RequestHead()
        guard (try? parser.parse(message.span, into: &head)) == true else { return -1 }
        let client = proxies.client(of: head, message.span, from: SocketAddress(peer, port: 1), isSecure: false)
        let commas = client.chain.count { $0 == UInt8(ascii: ",") }
        return commas == hops ? result ?? hops : -1
    }
}

/// Reads a header of version 2 with those additions; `result` is given its length, or -1 where it is refused.
private func proxyHeader(_ additions: [UInt8], _ result: @escaping (Int) -> Int) -> () -> Int {
    let length = 12 + additions.count
    let message =
        bytes("\r\n\r\n\0\r\nQUIT\n") + [0x21, 0x11, UInt8(length >> 8), UInt8(length & 0xFF)]
        + [192, 0, 2, 7, 192, 0, 2, 8, 0, 1, 0, 2] + additions
    func read() -> Int {
        do throws(ProxyHeader.Fault) {
            return try ProxyHeader.read(message.span)?.length ?? 0
        } catch {
            return -1
        }
    }
    return {
        // A header is short: several are read, so that there is something to count.
        let lengths = (0..<10).map { _ in read() }
        return result(lengths.min() ?? 0)
    }
}
