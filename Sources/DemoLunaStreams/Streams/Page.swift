/// One page of a list, and which end of the list comes first.
package struct Page: Sendable, Equatable {
    package let skipped: Int
    package let size: Int
    package let isNewestFirst: Bool

    package static let allowedPage = 1...1_000_000
    package static let allowedSize = 1...1_000
    package static let usualSize = 100

    /// From the query: `page`, `page_size`, `order` (`desc`, which is the default, or `asc`).
    package init(_ query: Query) throws(ServiceError) {
        let page = try query.integer("page", Self.allowedPage) ?? 1
        size = try query.integer("page_size", Self.allowedSize) ?? Self.usualSize
        skipped = (page - 1) * size
        switch try query.value("order") {
        case nil, "desc": isNewestFirst = true
        case "asc": isNewestFirst = false
        case .some: throw .unsupportedParameter("order", "'asc' or 'desc' is needed")
        }
    }

    /// The page's part of `list`, which is in the order of creation.
    package func part<Element>(of list: [Element]) -> [Element] {
        isNewestFirst
            ? Array(list.reversed().dropFirst(skipped).prefix(size))
            : Array(list.dropFirst(skipped).prefix(size))
    }
}

extension Query {
    /// The parameter as a whole number of decimal digits, or nil where there is none.
    package func integer(_ name: String, _ range: ClosedRange<Int>) throws(ServiceError) -> Int? {
        guard let text = try value(name) else { return nil }
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let number = Int(text), range.contains(number) else {
            throw .unsupportedParameter(
                name, "a whole number from \(range.lowerBound) to \(range.upperBound) is needed")
        }
        return number
    }
}
