/// `decision-cache`: how long it is remembered who was let in and who was not.
package struct DecisionCacheSettings: Sendable, Equatable {
    /// `ttl`: how long an accepted credential needs no new proof. Never past a token's end.
    package var lifetime: Duration = .seconds(10)
    /// `negative_ttl`: the same of a refused one.
    package var refusalLifetime: Duration = .seconds(1)
    /// `capacity`: how many accepted credentials are remembered; a quarter as many refused ones.
    package var capacity = 4096
    /// `stale_reads`: how long past `ttl` an accepted credential still reads while Luna-Accounts can't be reached.
    package var staleReads: Duration = .zero

    package init() {}
}
