internal import HTTPCore

/// How the parts of a preview are written.
package enum PictureForm: Sendable, Equatable, CaseIterable {
    /// Each part has its length before it, the next delimiter right behind it: for programs, many of which insist on a length.
    case length
    /// Behind each picture comes the whole head of the next part, which then has no length: the one form of which Chromium,
    /// Firefox and WebKit all show a picture when it comes, and not when the next one does (measured, 2026-11).
    case browser

    /// The form for a request with that Accept value. An `<img>` says `image/…` in all browsers, a page `text/html`; programs
    /// say neither.
    package init(accept bytes: Span<UInt8>, _ range: Range<Int>) {
        let isBrowser = Self.contains(bytes, range, "image/") || Self.contains(bytes, range, "text/html")
        self = isBrowser ? .browser : .length
    }

    private static func contains(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard range.count >= length else { return false }
        return (range.lowerBound...range.upperBound - length).contains {
            bytes.isEqual($0..<$0 + length, ignoringCaseOf: word)
        }
    }
}
