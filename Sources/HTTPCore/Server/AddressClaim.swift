import CLinux
import Glibc

/// An address that nobody else listens on. Of all who want it at once one gets it, and nothing is left behind by a process
/// that ends: the kernel's own rule for sockets without SO_REUSEPORT decides.
///
/// To be dropped once the sockets that are to serve there listen. Until then others are kept out by a socket that listens as
/// well and is deaf: whoever connects so early is heard a second later, when TCP tries again.
package struct AddressClaim: ~Copyable {
    private let descriptor: Descriptor

    /// `EADDRINUSE` where somebody listens there.
    package init(host: String, port: Int) throws(SystemError) {
        let descriptor = try ListeningSocket.bound(host: host, port: port, isShared: false)
        _ = linux_drop_connection_requests(descriptor.number)
        // Two may be bound that do not listen; one of them can.
        guard listen(descriptor.number, 1) == 0 else {
            throw SystemError(call: "cannot listen on \(host):\(port)", code: errno)
        }
        self.descriptor = descriptor
    }

    /// From now on sockets of this user with SO_REUSEPORT may have the address as well.
    package func admitOwn() throws(SystemError) {
        let result = linux_set_option(descriptor.number, SOL_SOCKET, SO_REUSEPORT, 1)
        if result < 0 { throw SystemError(call: "setsockopt", code: -result) }
    }
}
