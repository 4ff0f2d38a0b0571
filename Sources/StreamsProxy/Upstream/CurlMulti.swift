import CCurl
import Glibc
import HTTPCore

/// What became of a libcurl handle.
struct CurlResult {
    let easy: UnsafeMutableRawPointer
    let code: CURLcode

    /// The HTTP status, 0 where there was none.
    var status: Int {
        var status = 0
        _ = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// Whether the connection stood and the request was about to go.
    var isConnected: Bool {
        var microseconds: curl_off_t = 0
        _ = ccurl_get_time(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
        return microseconds > 0
    }
}

/// libcurl's multi interface on a worker's loop: it watches the sockets and the one timer that libcurl asks for, and
/// tells when a handle is done.
final class CurlMulti {
    private let loop: EventLoop
    let handle: UnsafeMutableRawPointer
    private let resolver: NameResolver
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var sockets: [Int32: CurlSocket] = [:]
    private var timer: CurlTimer?

    init(loop: EventLoop) throws(SystemError) {
        self.loop = loop
        guard let handle = curl_multi_init() else { throw SystemError(call: "curl_multi_init", code: ENOMEM) }
        self.handle = handle
        resolver = try NameResolver(loop: loop)
        let timer = CurlTimer(loop: loop)
        self.timer = timer
        timer.multi = self
        timer.open([])
        // SAFETY: the handle calls back only from within calls of ours, and goes before this object does.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_set_socket(handle, watchSocket, context)
        _ = ccurl_multi_set_timer(handle, watchTimer, context)
    }

    /// Closes everything; the loop must still be there.
    func shutDown() {
        for easy in transfers.keys { remove(easy) }
        resolver.shutDown()
        for socket in sockets.values { _ = socket.relinquish() }
        sockets = [:]
        timer?.closeDescriptor()
        timer = nil
        curl_multi_cleanup(handle)
    }

    /// Starts the handle, or resolves the name of `host` first. `completion` is called once, never from within this call; then
    /// the handle is removed and freed.
    ///
    /// False where libcurl has no memory for it: then it is freed at once, and `completion` is not called.
    func add(
        _ easy: UnsafeMutableRawPointer, to host: NamedHost?, within patience: Interval,
        completion: @escaping (CurlResult) -> Void
    ) -> Bool {
        addKeeping(easy, to: host, within: patience) { result in
            completion(result)
            return false
        }
    }

    /// As `add`, but where `completion` returns true the handle stays with the multi handle, to be removed later.
    func addKeeping(
        _ easy: UnsafeMutableRawPointer, to host: NamedHost?, within patience: Interval,
        completion: @escaping (CurlResult) -> Bool
    ) -> Bool {
        let transfer = CurlTransfer(easy, to: host, within: patience, completion)
        transfers[easy] = transfer
        if let host {
            guard let known = resolver.addresses(of: host) else {
                ask(host, for: transfer)
                return true
            }
            transfer.use(known)
        }
        if start(transfer) { return true }
        transfers[easy] = nil
        curl_easy_cleanup(easy)
        return false
    }

    private func start(_ transfer: CurlTransfer) -> Bool {
        transfer.started(at: loop.now)
        return curl_multi_add_handle(handle, transfer.easy) == CURLM_OK
    }

    private func ask(_ host: NamedHost, for transfer: CurlTransfer) {
        transfer.awaitAddresses(on: loop) { [unowned self, unowned transfer] in
            finish(transfer, CURLE_OPERATION_TIMEDOUT)
        }
        resolver.ask(host) { [unowned self, weak transfer] addresses in
            guard let transfer, transfers[transfer.easy] === transfer else { return }
            transfer.stopWaiting()
            resolved(transfer, addresses)
        }
    }

    private func resolved(_ transfer: CurlTransfer, _ addresses: NameMemory.Addresses) {
        if let former = transfer.addresses, !addresses.differ(from: former) {
            finish(transfer, CURLE_COULDNT_CONNECT)
        } else if addresses.texts.isEmpty {
            finish(transfer, CURLE_COULDNT_RESOLVE_HOST)
        } else {
            transfer.use(addresses)
            if !start(transfer) { finish(transfer, CURLE_OUT_OF_MEMORY) }
        }
    }

    /// Nobody could connect: the name may lead elsewhere by now. Nothing has been sent, so it is tried again, once, where it
    /// does. False where there is nothing to be tried.
    private func tryElsewhere(_ transfer: CurlTransfer) -> Bool {
        guard let host = transfer.host, let addresses = transfer.addresses else { return false }
        resolver.doubt(host, addresses)
        guard !transfer.isRepeated else { return false }
        transfer.isRepeated = true
        curl_multi_remove_handle(handle, transfer.easy)
        // However new what is known may be: it has just proved wrong.
        ask(host, for: transfer)
        return true
    }

    private func finish(_ transfer: CurlTransfer, _ code: CURLcode) {
        transfers[transfer.easy] = nil
        transfer.stopWaiting()
        transfer.finished()
        if !transfer.completion(CurlResult(easy: transfer.easy, code: code)) { remove(transfer.easy) }
    }

    /// Stops the handle and frees it; its completion is not called any more.
    func remove(_ easy: UnsafeMutableRawPointer) {
        let transfer = transfers.removeValue(forKey: easy)
        if let transfer { doubtIfSlow(transfer) }
        transfer?.stopWaiting()
        curl_multi_remove_handle(handle, easy)
        curl_easy_cleanup(easy)
        // What libcurl's callbacks refer to may live by the completion alone, and its list by the transfer.
        withExtendedLifetime(transfer) {}
    }

    /// Given up while it may still have been connecting: packets to an address that nobody has any more are lost in silence.
    private func doubtIfSlow(_ transfer: CurlTransfer) {
        guard let host = transfer.host, let addresses = transfer.addresses,
            transfer.startedAt.advanced(by: Interval(.seconds(1))) <= loop.now
        else { return }
        resolver.doubt(host, addresses)
    }

    /// Names are resolved anew from now on.
    func forgetNames() { resolver.forgetAll() }

    fileprivate func socketReady(_ socket: Int32, _ events: Events) {
        var mask: Int32 = 0
        if events.contains(.readable) { mask |= CURL_CSELECT_IN }
        if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if events.contains(.failed) || events.contains(.hungUp) { mask |= CURL_CSELECT_ERR }
        perform(socket, mask)
    }

    fileprivate func timerFired() {
        perform(CURL_SOCKET_TIMEOUT, 0)
    }

    private func perform(_ socket: Int32, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(handle, socket, mask, &running)
        var queued: Int32 = 0
        while let message = curl_multi_info_read(handle, &queued) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message is gone once its handle is removed.
            let code = ccurl_message_result(message)
            guard let transfer = transfers[easy] else { continue }
            switch code {
            case CURLE_COULDNT_CONNECT: if tryElsewhere(transfer) { continue }
            case CURLE_OPERATION_TIMEDOUT: doubtIfSlow(transfer)
            default: break
            }
            finish(transfer, code)
        }
    }

    fileprivate func watch(_ socket: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            // libcurl closes the socket itself, or it has become ours.
            if let source = sockets.removeValue(forKey: socket) { _ = source.relinquish() }
            return
        }
        var interest: Events = []
        if what != CURL_POLL_OUT { interest.insert(.readable) }
        if what != CURL_POLL_IN { interest.insert(.writable) }
        if let source = sockets[socket] {
            source.wait(for: interest)
        } else {
            let source = CurlSocket(descriptor: socket, loop: loop)
            source.multi = self
            sockets[socket] = source
            source.open(interest)
        }
    }

    fileprivate func setTimer(milliseconds: Int) {
        timer?.setDeadline(
            milliseconds < 0
                ? .never : loop.now.advanced(by: Interval(nanoseconds: Int64(milliseconds) * 1_000_000)))
    }
}

/// A socket that libcurl watches.
private final class CurlSocket: EventSource {
    weak var multi: CurlMulti?

    override func ready(_ events: Events) {
        multi?.socketReady(descriptor, events)
    }
}

/// libcurl's one timer.
private final class CurlTimer: EventSource {
    weak var multi: CurlMulti?

    init(loop: EventLoop) {
        super.init(descriptor: -1, loop: loop)
    }

    override func deadlinePassed() {
        multi?.timerFired()
    }
}

private let watchSocket: curl_socket_callback = { _, socket, what, context, _ in
    if let context { Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().watch(socket, what) }
    return 0
}

private let watchTimer: curl_multi_timer_callback = { _, milliseconds, context in
    if let context {
        Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
    }
    return 0
}
