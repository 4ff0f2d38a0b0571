import CLinux

/// How many descriptors the system lets this process have.
package enum DescriptorLimit {
    /// Raises it as far as the system allows without asking, and returns what holds from now on.
    package static func raise() -> Int {
        Int(linux_raise_descriptor_limit())
    }
}
