import Synchronization

/// What became of the files that a running proxy follows, for the metrics.
final class FollowedFiles: Sendable {
    struct Figures: Sendable {
        /// Whether the settings that were read last are in force.
        var isReloadSuccessful = true
        /// When settings were put in force last, in Unix milliseconds.
        var lastReload: Int64
        /// Whether the accounts file is in force as it is.
        var areAccountsFollowed = true
    }

    private let state: Mutex<Figures>

    init(start: Int64) {
        state = Mutex(Figures(lastReload: start))
    }

    var figures: Figures { state.withLock { $0 } }

    /// Settings were read at that time, in Unix milliseconds.
    func noteReload(isSuccessful: Bool, at now: Int64) {
        state.withLock { figures in
            figures.isReloadSuccessful = isSuccessful
            guard isSuccessful else { return }
            figures.lastReload = now
            figures.areAccountsFollowed = true
        }
    }

    func noteAccounts(areFollowed: Bool) { state.withLock { $0.areAccountsFollowed = areFollowed } }
}
