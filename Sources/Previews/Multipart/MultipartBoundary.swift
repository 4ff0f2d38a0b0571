package import HTTPCore

/// The boundary of a multipart answer, as its Content-Type declares it (RFC 2046 §5.1.1).
package struct MultipartBoundary: Sendable, Equatable {
    /// 1 to 70 printable characters, as they were declared: some cameras count the two hyphens in.
    package let text: [UInt8]

    /// Nil where the type is no multipart type, or its boundary can't be used.
    package init?(_ type: MediaType) {
        guard type.isOf("multipart"), let text = type.parameter("boundary") else { return nil }
        // None is a control character, so a line end never stands within a delimiter.
        guard (1...70).contains(text.count), text.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        // A blank at the end would be taken for padding of the line.
        guard text.last != 0x20 else { return nil }
        self.text = text
    }
}
