internal import HTTPCore

/// What an operator should know about valid settings that leave a door open.
enum StartupWarnings {
    /// One line each. `urls`: where a proxy that runs listens; where none does, the settings say where it would.
    static func of(_ configuration: Configuration, listening urls: [String]) -> [String] {
        var warnings: [String] = []
        let host = configuration.listener.host
        let addresses = urls.isEmpty ? [host.contains(":") ? "http://[\(host)]" : "http://\(host)"] : urls
        for address in addresses where configuration.tls == nil && !isLoopback(address) {
            warnings.append("\(address): no TLS, so passwords and tokens cross the network as they are")
        }
        if configuration.trustedProxies.networks.holdsEveryAddress {
            warnings.append("TRUSTED_PROXIES holds every address: whoever connects may say who the client is")
        }
        if configuration.allowsAccountHeader {
            warnings.append("ALLOW_LUNA_ACCOUNT_AUTH_HEADER is on: whoever knows an account's id is let in")
        }
        if !configuration.isAccountIsolationOn {
            warnings.append("account-isolation is off: every account reaches the streams of all")
        }
        return warnings
    }

    /// Whether only this machine reaches the URL's host.
    private static func isLoopback(_ url: String) -> Bool {
        let host = url.dropFirst("http://".count)
        return host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
    }
}
