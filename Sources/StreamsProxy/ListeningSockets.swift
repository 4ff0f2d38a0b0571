import Glibc
import HTTPCore

/// What the workers listen on.
struct ListeningSockets {
    /// For each worker its own descriptors.
    private(set) var descriptors: [[Int32]]
    /// Where it listens, as in a URL; at least one.
    private(set) var addresses: [String] = []
    /// Whether other processes have the sockets too, such as the service manager that passed them on.
    let areShared: Bool

    /// Binds a socket for each worker, so that the kernel spreads the clients among them.
    init(binding listener: ListenerSettings, workers: Int) throws(SystemError) {
        areShared = false
        descriptors = []
        var port = listener.port
        for index in 0..<workers {
            let socket = try ListeningSocket(host: listener.host, port: port)
            if index == 0 {
                port = socket.address.port
                addresses = [socket.address.description]
            }
            descriptors.append([socket.release()])
        }
    }

    /// Takes sockets that another process has made. SO_REUSEPORT can't be had any more, so every worker listens on every
    /// one of them: all are woken by a client, and the quickest has it.
    init(inherited numbers: [Int32], workers: Int) throws(SystemError) {
        areShared = true
        descriptors = [[Int32]](repeating: [], count: workers)
        for number in numbers {
            let socket = try ListeningSocket(inherited: number)
            addresses.append(socket.address.description)
            for index in 0..<workers { descriptors[index].append(try socket.duplicate()) }
        }
    }
}
