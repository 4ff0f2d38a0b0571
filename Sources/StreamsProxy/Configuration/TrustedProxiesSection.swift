internal import HTTPCore
internal import JSON

/// Reads `TRUSTED_PROXIES` and `PROXY_PROTOCOL`.
enum TrustedProxiesSection {
    private static let rule = "must be an address or a network, such as \"10.0.0.5\", \"10.0.0.0/8\" or \"fd00::/8\""

    static func read(in settings: inout SettingsSection, _ problems: inout SettingsProblems) -> TrustedProxies {
        let networks = networks(&settings, &problems)
        let introduceClients = settings.value("PROXY_PROTOCOL", .proxyProtocol, &problems) ?? false
        if introduceClients, networks?.isEmpty != false, let node = settings.node("PROXY_PROTOCOL") {
            problems.add(
                at: node.offset, path: settings.path(of: "PROXY_PROTOCOL"), found: Displayed.value(node),
                rule: "needs TRUSTED_PROXIES: a PROXY header is believed of those alone")
        }
        return TrustedProxies(networks ?? [], introduceClients: introduceClients)
    }

    private static func networks(
        _ settings: inout SettingsSection, _ problems: inout SettingsProblems
    ) -> [IPNetwork]? {
        let name = "TRUSTED_PROXIES"
        guard let node = settings.node(name) else { return nil }
        guard let elements = node.array else {
            problems.add(
                at: node.offset, path: settings.path(of: name), found: Displayed.value(node),
                rule: "must be an array of networks")
            return nil
        }
        var networks: [IPNetwork] = []
        for (index, element) in elements.enumerated() {
            let rule: String
            if let text = element.string {
                do throws(IPNetwork.Fault) {
                    networks.append(try IPNetwork(text))
                    continue
                } catch {
                    rule = self.rule(error)
                }
            } else {
                rule = self.rule
            }
            problems.add(
                at: element.offset, path: "\(settings.path(of: name))[\(index)]", found: Displayed.value(element),
                rule: rule)
        }
        return networks
    }

    private static func rule(_ fault: IPNetwork.Fault) -> String {
        switch fault {
        case .notAnAddress: rule
        case .prefixLength:
            "must have 0 to 32 behind the slash of an IPv4 network, 0 to 128 behind that of an IPv6 network"
        case .bitsBehindPrefix: "must be the network's first address: there are bits behind the length of its prefix"
        }
    }
}

extension Setting<Bool> {
    fileprivate static var proxyProtocol: Self {
        Setting(rule: "must be \"off\" or \"accept\"") { node in
            switch node.string {
            case "off": false
            case "accept": true
            case .none, .some: nil
            }
        }
    }
}
