/// What the metrics tell of the Python plugins.
package struct PluginFigures: Sendable {
    /// Each plugin of the settings, and whether it runs.
    let plugins: [(name: String, isRunning: Bool)]
    let hostRestarts: Int
    let lostPoints: Int

    package init(plugins: [(name: String, isRunning: Bool)] = [], hostRestarts: Int = 0, lostPoints: Int = 0) {
        self.plugins = plugins
        self.hostRestarts = hostRestarts
        self.lostPoints = lostPoints
    }
}
