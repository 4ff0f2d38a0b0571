import HTTPCore

/// Who comes, who has room, and who has gone.
extension Worker {
    /// Somebody has connected: a client, or a proxy that first says whose connection this is.
    func receive(_ descriptor: Int32, from peer: SocketAddress) {
        guard terms.proxies.introduceClients, terms.proxies.contains(peer) else {
            welcome(descriptor, peer)
            return
        }
        let hasRoom = reception.hasRoom(beside: connectionCount, watching: viewers.count) { [unowned self] in
            makeRoom()
        }
        guard hasRoom else {
            reception.refuse(descriptor, .connections, nextRequestID(), isPlain: identity == nil)
            return
        }
        let isEnding = drain.map { $0.step != .noticing } ?? false
        let settings = terms.server.settings
        introductions.begin(
            descriptor, peer, patience: isEnding ? settings.endingIdleTimeout : settings.firstByteTimeout)
    }

    func introductionEnded(_ fault: ProxyHeader.Fault?) {
        if fault != nil { ledger.count { $0[.proxyHeadersRefused] &+= 1 } }
        drain?.stopIfDone()
    }

    var connectionCount: Int { clients.all.count + introductions.count }

    func welcome(_ descriptor: Int32, _ peer: SocketAddress) {
        let overload = reception.overload(
            peer, beside: connectionCount, watching: viewers.count, isProxy: terms.proxies.contains(peer)
        ) { [unowned self] in makeRoom() }
        if let overload {
            reception.refuse(descriptor, overload, nextRequestID(), isPlain: identity == nil)
            return
        }
        let connection = HTTP1Connection(
            descriptor: descriptor, peer: peer, loop: loop, terms: terms.server, identity: identity, lender: exchanges)
        clients.add(connection)
        ledger.count { $0[.acceptedConnections] &+= 1 }
        switch drain?.step {
        case nil: break
        case .noticing: connection.announceEnd()
        case .arriving, .serving, .ending: connection.drain()
        }
    }

    /// Lets the client go that has been idle longest; false where none is.
    func makeRoom() -> Bool {
        for client in clients.idle() where client.giveWay() {
            ledger.count { $0[.idleClosed] &+= 1 }
            return true
        }
        return false
    }

    /// Whether another connection to an upstream can be had. Where it can't, what is idle gives way to it.
    func hasDescriptor() -> Bool {
        loop.descriptorCount < reception.allowance.descriptors || terms.discardOldestIdle() || makeRoom()
    }

    /// Whether one viewer more would take what is left for short calls.
    func lacksRoomForViewer() -> Bool {
        let allowance = reception.allowance
        while allowance.isFull(viewers: viewers.count, open: loop.descriptorCount) {
            // Of viewers there are enough, whatever is idle.
            guard viewers.count < allowance.viewers, terms.discardOldestIdle() else { return true }
        }
        return false
    }

    /// Visits all requests that are under way.
    func visitExchanges(_ body: (ProxyExchange) -> Void) {
        for client in clients.all {
            client.visit { exchange in
                if let exchange = exchange as? ProxyExchange { body(exchange) }
            }
        }
    }

    var clientCount: Int { clients.all.count }

    func closed(_ connection: ClientTransport) {
        ledger.count {
            $0[.bytesFromClients] &+= connection.bytesReceived
            $0[.bytesToClients] &+= connection.bytesSent
        }
        clients.remove(connection)
        reception.left(connection.peer)
        drain?.stopIfDone()
    }
}
