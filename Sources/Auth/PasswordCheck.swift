/// The slow part of a `Basic` decision, to be done away from the worker: `run` it, or give it to the `PasswordPool`, and
/// hand the verdict back to the same authenticator. It costs the same whether the login exists or not.
package struct PasswordCheck: Sendable {
    /// Which credential, in which directory: two checks with the same key have the same verdict.
    package struct Key: Hashable, Sendable {
        let digest: CredentialDigest
        let generation: UInt64
    }

    package let key: Key
    let login: String
    private let password: Secret
    /// The account's; nil where the login is unknown.
    let hash: PasswordHash?
    private let decoy: PasswordHash

    init(key: Key, credentials: BasicCredentials, hash: PasswordHash?, decoy: PasswordHash) {
        self.key = key
        login = credentials.login
        password = credentials.password
        self.hash = hash
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
