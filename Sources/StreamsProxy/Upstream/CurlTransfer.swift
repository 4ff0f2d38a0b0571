import CCurl
import HTTPCore

/// A libcurl handle on its way, and where it goes. It lives until its completion has been called.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    /// Nil where nothing has to be resolved.
    let host: NamedHost?
    /// Returns whether the handle stays with the multi handle.
    let completion: (CurlResult) -> Bool
    /// With which it was tried last.
    private(set) var addresses: NameMemory.Addresses?
    private(set) var startedAt = Instant.never
    /// It has failed to connect and was tried again.
    var isRepeated = false
    private var list: UnsafeMutablePointer<curl_slist>?
    /// How long it may wait for addresses; from then on libcurl keeps the time.
    let patience: Interval
    private var timer: PatienceTimer?

    init(
        _ easy: UnsafeMutableRawPointer, to host: NamedHost?, within patience: Interval,
        _ completion: @escaping (CurlResult) -> Bool
    ) {
        self.easy = easy
        self.host = host
        self.patience = patience
        self.completion = completion
    }

    deinit {
        curl_slist_free_all(list)
    }

    /// Connects to these and to no others; called while libcurl does not have the handle.
    func use(_ addresses: NameMemory.Addresses) {
        guard let host else { return }
        self.addresses = addresses
        let entry = "\(host.name):\(host.port):\(addresses.texts.joined(separator: ","))"
        let former = list
        list = curl_slist_append(nil, entry)
        // libcurl reads the list when the handle is started, and keeps the pointer.
        _ = ccurl_set_pointer(easy, CURLOPT_RESOLVE, list)
        curl_slist_free_all(former)
    }

    func started(at now: Instant) { startedAt = now }

    /// Its addresses are asked for.
    func awaitAddresses(on loop: EventLoop, _ passed: @escaping () -> Void) {
        timer = PatienceTimer(loop: loop, passed)
        timer?.setDeadline(loop.now.advanced(by: patience))
    }

    func stopWaiting() {
        timer?.closeDescriptor()
        timer = nil
    }

    /// The handle may outlive this; it needs the list no more.
    func finished() {
        if list != nil { _ = ccurl_set_pointer(easy, CURLOPT_RESOLVE, nil) }
    }
}

private final class PatienceTimer: EventSource {
    private let passed: () -> Void

    init(loop: EventLoop, _ passed: @escaping () -> Void) {
        self.passed = passed
        super.init(descriptor: -1, loop: loop)
        open([])
    }

    override func deadlinePassed() { passed() }
}
