internal import HTTPCore
package import JSON

/// What is known of one Python plugin, for `/plugins`.
package struct PluginStatus: Sendable, Equatable {
    package enum State: String, Sendable {
        case starting, running, failed, disabled
        /// The host is not there: it has ended, or is about to be started again.
        case stopped
    }

    package let name: String
    package var state = State.starting
    /// `event`, `background`, or both, as the host tells.
    package var kinds: [String] = []
    package init(name: String) {
        self.name = name
    }

    /// As the host tells it; nil where that is no status.
    package init?(_ node: JSONNode) {
        guard let name = node["name"]?.string, let word = node["status"]?.string, let state = State(rawValue: word)
        else {
            return nil
        }
        self.name = name
        self.state = state
        kinds = node["kinds"]?.array?.compactMap(\.string) ?? []
    }

    /// Whether only a new start can help it.
    var isDown: Bool {
        switch state {
        case .failed, .disabled: true
        case .starting, .running, .stopped: false
        }
    }

    /// Of a host that starts again the kinds of the one before are kept: its points wait for it.
    var isEventPlugin: Bool {
        switch state {
        case .starting, .running, .stopped: kinds.contains("event")
        case .failed, .disabled: false
        }
    }

    /// The same plugin in a new host, of which nothing is known yet.
    func restarting() -> PluginStatus {
        var status = PluginStatus(name: name)
        status.kinds = kinds
        return status
    }

    /// What `told` says, but for kinds that are not known yet.
    mutating func take(_ told: PluginStatus) {
        let kinds = told.state == .starting && told.kinds.isEmpty ? self.kinds : told.kinds
        self = told
        self.kinds = kinds
    }
}

/// What the workers know of the host.
struct PluginHostView: Sendable {
    /// Whether plugin routes are served.
    let isServing: Bool
    /// Whether somebody wants monitoring points.
    let wantsPoints: Bool
    /// What the metrics tell, but for the points, which are counted on.
    let figures: PluginFigures
    /// The Python plugins as elements of the array in `/plugins`, each led by a comma.
    let elements: [UInt8]

    /// Before anything is known.
    init(_ settings: PluginHostSettings?) {
        self.init(
            isServing: false, statuses: settings?.plugins.map { PluginStatus(name: $0.name) } ?? [], restarts: 0,
            lostPoints: 0)
    }

    init(isServing: Bool, statuses: [PluginStatus], restarts: Int, lostPoints: Int) {
        self.isServing = isServing
        wantsPoints = statuses.contains(where: \.isEventPlugin)
        var elements: [UInt8] = []
        for status in statuses {
            var writer = JSONWriter()
            writer.object {
                $0.member("name", status.name)
                $0.member("status", isServing || status.state != .running ? status.state.rawValue : "stopped")
                $0.name("kinds")
                $0.array { for kind in status.kinds { $0.value(kind) } }
                $0.member("host_restarts", restarts)
                $0.member("lost_points", lostPoints)
            }
            elements.append(UInt8(ascii: ","))
            elements.append(contentsOf: writer.bytes)
        }
        self.elements = elements
        figures = PluginFigures(
            plugins: statuses.map { ($0.name, isServing && $0.state == .running) }, hostRestarts: restarts,
            lostPoints: lostPoints)
    }
}
