/// The texts of a line that are no constants: checked and escaped when they become known, not for each line.
package struct LogNames: Sendable {
    /// Where Luna-Streams' routes hang.
    package let mount: [UInt8]
    /// The client's address.
    package let client: [UInt8]
    /// The plugin that was asked, by its name in the settings; empty where none was.
    package let plugin: [UInt8]

    package init(mount: [UInt8], client: [UInt8], plugin: [UInt8] = []) {
        self.mount = mount
        self.client = client
        self.plugin = plugin
    }

    var maximumLength: Int { mount.count + client.count + plugin.count }
}
