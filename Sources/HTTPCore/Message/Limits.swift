/// Every bound on the size of a head, with its reason. Content has no bound here: it streams.
package struct MessageLimits: Sendable, Equatable {
    /// Request line, or status line: 8 KiB, the least that RFC 9112 §3 recommends. Above it 414.
    package var startLine = 8 * 1024
    /// The whole head, terminator included: 32 KiB. Above it 431. Offsets into a head are 16 bits wide, which this keeps true.
    package var head = 32 * 1024
    /// Field lines: 100, as many as any client of ours sends ten times over. Above it 431.
    package var fields = 100
    /// One chunk's extensions: nobody uses them; long ones are an attack (CVE-2023-39326).
    package static let chunkExtension = 256
    /// All trailer fields together.
    package static let trailers = 8 * 1024

    package init() {}
}
