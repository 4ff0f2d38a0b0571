import Auth

/// What a request that could not be decided at once has been waiting for, as far as it has come.
///
/// An object of its own, since most connections never need one.
final class Findings {
    var decision: Decision?
    /// The token has been found to be signed by no other issuer.
    var isOfNoIssuer = false
    var owner: StreamOwner?
    /// Why it can't be found out whose the stream is.
    var refusal: Refusal?
}
