package import HTTPCore

/// What becomes of a query on its way to Luna-Streams. Whatever the edit, every other byte stays as the client wrote
/// it and where it was.
package enum QueryEdit: Sendable, Equatable {
    case unchanged
    /// The parameter at the range is written anew: `account_id=` and the account.
    case replacing(Range<Int>, UniqueID)
    /// The parameter comes behind the others.
    case adding(UniqueID)
    /// The parameter at the range is left out, with one `&` beside it.
    case removing(Range<Int>)

    /// Writes `?` and the query; nothing where there is none.
    package func append(_ bytes: Span<UInt8>, _ query: Range<Int>?, to output: inout ByteBuffer) {
        switch self {
        case .unchanged:
            guard let query else { return }
            output.append(UInt8(ascii: "?"))
            output.append(bytes, query)
        case .adding(let account):
            output.append(UInt8(ascii: "?"))
            if let query, !query.isEmpty {
                output.append(bytes, query)
                output.append(UInt8(ascii: "&"))
            }
            Self.append(account, to: &output)
        case .replacing(let parameter, let account):
            guard let query else { return }
            output.append(UInt8(ascii: "?"))
            output.append(bytes, query.lowerBound..<parameter.lowerBound)
            Self.append(account, to: &output)
            output.append(bytes, parameter.upperBound..<query.upperBound)
        case .removing(let parameter):
            guard let query, parameter != query else { return }
            output.append(UInt8(ascii: "?"))
            if parameter.lowerBound == query.lowerBound {
                output.append(bytes, parameter.upperBound + 1..<query.upperBound)
            } else {
                output.append(bytes, query.lowerBound..<parameter.lowerBound - 1)
                output.append(bytes, parameter.upperBound..<query.upperBound)
            }
        }
    }

    private static func append(_ account: UniqueID, to output: inout ByteBuffer) {
        output.append("account_id=")
        output.append(account)
    }
}
