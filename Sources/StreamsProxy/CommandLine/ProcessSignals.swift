import Dispatch
import Glibc

/// What the process does on signals. Actions run on the main queue, one after the other, and may take their time.
final class ProcessSignals {
    private var sources: [any DispatchSourceSignal] = []
    /// Left by each source once the system watches for its signal.
    private let registered = DispatchGroup()

    /// From now on these signals wait. To be called by the main thread, whose mask those made later inherit.
    func hold(_ numbers: [Int32]) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// The signal, which is being held, calls `action` and does nothing else.
    func on(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
        let source = DispatchSource.makeSignalSource(signal: number, queue: .main)
        source.setEventHandler(handler: action)
        registered.enter()
        source.setRegistrationHandler { [registered] in registered.leave() }
        source.resume()
        sources.append(source)
    }

    /// Calls `action` on the main queue as soon as no signal can be missed any more.
    func whenReady(_ action: @escaping @Sendable () -> Void) {
        registered.notify(queue: .main, execute: action)
    }

    /// The signal does nothing.
    func ignore(_ number: Int32) {
        signal(number, SIG_IGN)
    }
}
