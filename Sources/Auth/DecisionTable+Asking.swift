package import HTTPCore

extension DecisionTable {
    /// Times are in milliseconds.
    package struct Settings: Sendable {
        /// How long an accepted credential needs no new proof. Never past a token's end.
        package var lifetime: Int64 = 10_000
        /// The same of a refused one.
        package var refusalLifetime: Int64 = 1_000
        /// How long past its lifetime an accepted credential still reads while the service says nothing about it.
        package var staleReads: Int64 = 0
        /// Between two questions about one credential that the service fails about or answers on in a way that can't be
        /// read, and between two of our own while it is out of reach.
        package var retryInterval: Int64 = 1_000
        /// Accepted credentials that are remembered; a quarter as many refused ones.
        package var capacity = 4096
        package var questions = QuestionTurns.Bounds()

        package init() {}
    }

    /// What comes of asking.
    package enum Step: Sendable, Equatable {
        case decided(DatedDecision)
        /// The waiter will be called.
        case waiting
        /// The waiter will be called too, and it is for the caller to ask the service and call `complete`.
        case mustAsk
    }

    /// Who asks, and how.
    package struct Asker: Sendable {
        let network: ClientNetwork
        let owner: ObjectIdentifier
        let begin: @Sendable () -> Void

        /// `begin` is called on any thread when the question's turn has come, if that is later: `owner` asks the service
        /// then, and calls `complete`.
        package init(network: ClientNetwork, owner: ObjectIdentifier, begin: @escaping @Sendable () -> Void) {
            self.network = network
            self.owner = owner
            self.begin = begin
        }
    }
}
