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
        if listener.isBeside || listener.port == 0 {
            try self.init(sharing: listener, workers: workers)
            return
        }
        let claim: AddressClaim
        do throws(SystemError) {
            claim = try AddressClaim(host: listener.host, port: listener.port)
        } catch {
            throw error.code == EADDRINUSE ? Self.refusal(listener) : error
        }
        try claim.admitOwn()
        try self.init(sharing: listener, workers: workers)
        // Not before the sockets listen.
        _ = consume claim
    }

    private init(sharing listener: ListenerSettings, workers: Int) throws(SystemError) {
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

    /// A second proxy on an address would get every other client, by other settings perhaps: it must be wanted.
    private static func refusal(_ listener: ListenerSettings) -> SystemError {
        let holder = PortHolder(port: listener.port)
        let advice =
            holder.map { $0.name == PortHolder.ownName } ?? true ? "; end it, or give --beside to serve beside it" : ""
        let name = holder.map { "\(Displayed.text($0.name)) (pid \($0.process))" } ?? "another process"
        return SystemError(
            call: "cannot listen on \(listener.host):\(listener.port)", reason: "\(name) listens there already\(advice)"
        )
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
