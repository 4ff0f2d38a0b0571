/// Who is counted as one where bytes are kept for somebody: an account, or where none is known the addresses that one party
/// is likely to have at hand.
package enum BufferPayer: Hashable, Sendable {
    case account(UniqueID)
    /// `ClientNetwork.neighbourhood`.
    case neighbourhood(UInt64)
}
