import Auth
import HTTPCore

/// What a request needs of the worker's descriptors, and who gives them back where none is left: idle connections first, then
/// whoever has most viewers.
extension ProxyExchange {
    /// Whether this viewer has room; another one's may have to end for it.
    func enterAsViewer(_ principal: Principal) -> Bool {
        let holder = ViewerHolder.account(principal.accountID)
        if worker.lacksRoomForViewer(), let other = worker.viewers.viewerToGo(for: holder) { other.giveWayToViewer() }
        if worker.lacksRoomForViewer() { return false }
        worker.viewers.enter(self, of: holder)
        viewerHolder = holder
        return true
    }

    func leaveViewers() {
        guard let holder = viewerHolder else { return }
        viewerHolder = nil
        worker.viewers.leave(self, of: holder)
    }

    /// Somebody with fewer viewers wants to watch.
    private func giveWayToViewer() {
        worker.note(.viewers)
        if exchange.isRelaying || exchange.isTunnel {
            note(.overloaded(.viewers))
            endRecord(.cut)
            perform(exchange.clientGone())
            abort()
        } else {
            perform(exchange.clientGone())
            respond(.overloaded(.viewers))
            update()
        }
    }
}
