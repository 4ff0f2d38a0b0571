internal import Auth
internal import Glibc
internal import HTTPCore

/// What plugins were called for when their host ended: read from the file in which the host writes each call down.
package struct CallsUnderWay: Sendable {
    package struct Call: Sendable, Equatable {
        package let plugin: String
        /// `GET /hello/{name}`, `handleEvent`, `initialize`.
        package let name: String
    }

    /// The size of a place, as the host has it.
    private static let place = 256
    /// So many are told; more are counted.
    private static let told = 4

    /// The call that began last, over or not.
    package let last: Call?
    package let underWay: [Call]

    package init(_ content: [UInt8]) {
        let places = stride(from: 0, to: content.count, by: Self.place).map { start in
            Self.call(content[start..<min(start + Self.place, content.count)])
        }
        last = places.first ?? nil
        underWay = places.dropFirst().compactMap { $0 }
    }

    /// Reads the file and takes it away.
    init(takingAway path: String) {
        self.init(BoundedRead.small(path) ?? [])
        unlink(path)
    }

    private static func call(_ bytes: ArraySlice<UInt8>) -> Call? {
        let words = bytes.prefix { $0 != 0 }.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
        guard words.count == 2 else { return nil }
        return Call(plugin: String(decoding: words[0], as: UTF8.self), name: String(decoding: words[1], as: UTF8.self))
    }

    /// The plugin that was called where no other was.
    package var onlyPlugin: String? {
        guard let first = underWay.first, underWay.allSatisfy({ $0.plugin == first.plugin }) else { return nil }
        return first.plugin
    }

    package var words: String {
        if !underWay.isEmpty {
            let more = underWay.count > Self.told ? " and \(underWay.count - Self.told) more" : ""
            return "under way: \(underWay.prefix(Self.told).map(Self.words).joined(separator: ", "))\(more)"
        }
        guard let last else { return "no plugin had been called" }
        return "no call of a plugin was under way, the last was \(Self.words(last))"
    }

    private static func words(_ call: Call) -> String { Displayed.text("\(call.plugin): \(call.name)", limit: 300) }
}
