/// Why something is no key to check tokens with, in words for the operator. Never shows anything of the key.
package struct KeyFault: Error, Sendable, Equatable {
    /// Below the key's own text: empty, or like `.keys[1].n`.
    package let path: String
    /// Bytes from the start of the JSON text the key stands in; nil where it is not JSON.
    package let offset: Int?
    package let reason: String

    package init(path: String = "", offset: Int? = nil, _ reason: String) {
        self.path = path
        self.offset = offset
        self.reason = reason
    }
}
