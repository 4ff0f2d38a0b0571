/// The slow part of a `Basic` decision, to be done away from the worker: `run` it, or give it to the `PasswordPool`, and
/// hand the verdict back to the same authenticator. It costs the same whether the login exists or not.
package struct PasswordCheck: Sendable {
    /// Which credential, against which hash: two checks with the same key have the same verdict, whatever else has
    /// changed in the accounts between them.
    package struct Key: Hashable, Sendable {
        let digest: CredentialDigest
        /// Nil where the login is unknown.
        let hash: PasswordHash?

        /// Of one credential there is hardly more than one hash at a time.
        package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    package let key: Key
    let login: String
    private let password: Secret
    /// The account's; nil where the login is unknown.
    var hash: PasswordHash? { key.hash }
    private let decoy: PasswordHash

    init(_ digest: CredentialDigest, credentials: BasicCredentials, hash: PasswordHash?, decoy: PasswordHash) {
        key = Key(digest: digest, hash: hash)
        login = credentials.login
        password = credentials.password
        self.decoy = decoy
    }

    /// One scrypt, some 40 ms of CPU.
    package func run() -> PasswordVerdict {
        guard let hash else {
            return decoy.verdict(on: password) == .failed ? .failed : .differs
        }
        return hash.verdict(on: password)
    }
}
