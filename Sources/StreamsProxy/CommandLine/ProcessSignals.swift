import Dispatch
import Glibc
import HTTPCore

/// What the process does on signals. Actions run on the main queue, one after the other, and may take their time.
final class ProcessSignals {
    private var sources: [any DispatchSourceSignal] = []
    /// Left by each source once the system watches for its signal.
    private let registered = DispatchGroup()

    /// From now on the signal calls `action` and does nothing else.
    func on(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        EndingSignals.unblock([number])
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
