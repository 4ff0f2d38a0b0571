package import HTTPCore

/// Why the separation of accounts lets a request go no further: what it names belongs to somebody else, or it is
/// written in a way that two readers could take differently. No text repeats a byte of
/// the request.
package enum SeparationRefusal: Error, Sendable, Equatable {
    /// A query or a content that names another account, or a write to a stream that the caller may only read.
    case foreignAccount
    /// The stream is another account's. The answer is the one for a stream that does not exist.
    case streamNotFound(UniqueID)
    /// `;` in the query: some readers split parameters there.
    case semicolonInQuery
    /// `account_id` more than once in the query: readers differ in which one counts.
    case repeatedParameter
    /// A parameter's name that readers could take for different ones.
    case unreadableParameter
    /// Content where filters stand in the query: a reader could take it in their place.
    case unexpectedContent
    /// The content is not declared as JSON in UTF-8, or it is encoded.
    case contentType
    /// The content has more than `BodyRule.maximumLength` bytes.
    case contentTooLarge
    case invalidJSON(JSONFault)
    /// The content is JSON, but no object.
    case notAnObject
    /// `account_id` of the content is not a string.
    case accountNotString
    /// Luna-Streams could not say whose the stream is.
    case unknownOwner

    package var kind: ErrorKind {
        switch self {
        case .foreignAccount: .foreignAccount
        case .streamNotFound: .noSuchStream
        case .semicolonInQuery, .repeatedParameter, .unreadableParameter, .unexpectedContent, .contentTooLarge:
            .malformed
        case .contentType: .contentType
        case .invalidJSON: .notJSON
        case .notAnObject, .accountNotString: .invalidContent
        case .unknownOwner: .upstreamUnreadable
        }
    }

    package var status: Int { self == .contentTooLarge ? 413 : kind.status }

    /// Whether the content, or what the head says of it, is the reason.
    var isOfContent: Bool {
        switch self {
        case .unexpectedContent, .contentType, .contentTooLarge, .invalidJSON, .notAnObject, .accountNotString: true
        case .foreignAccount, .streamNotFound, .semicolonInQuery, .repeatedParameter, .unreadableParameter,
            .unknownOwner:
            false
        }
    }

    /// What is wrong in this case. `{}` stands for `streamID`.
    package var detail: StaticString {
        switch self {
        case .foreignAccount: "The query parameter account_id usage denied due to account restrictions"
        case .streamNotFound: "Stream with id {} not found"
        case .semicolonInQuery: "';' in the query"
        case .repeatedParameter: "more than one account_id in the query"
        case .unreadableParameter: "a parameter name in the query that can't be read in one way only"
        case .unexpectedContent: "this request takes no content; filters stand in the query"
        case .contentType: "Bad content type"
        case .contentTooLarge: "the content of this request may have 1048576 bytes"
        case .invalidJSON(let fault): fault.detail
        case .notAnObject: "Failed to validate input json. Path: '', message: 'must be an object'"
        case .accountNotString: "Failed to validate input json. Path: 'account_id', message: 'must be a string'"
        case .unknownOwner: "Luna-Streams did not say to which account the stream belongs"
        }
    }

    /// The stream that `detail` names.
    package var streamID: UniqueID? {
        switch self {
        case .streamNotFound(let id): id
        case .foreignAccount, .semicolonInQuery, .repeatedParameter, .unreadableParameter, .unexpectedContent,
            .contentType, .contentTooLarge, .invalidJSON, .notAnObject, .accountNotString, .unknownOwner:
            nil
        }
    }
}

extension ByteAppending where Self: ~Copyable {
    /// `text`, with the id in the place of `{}` where there is one.
    package mutating func append(_ text: StaticString, naming id: UniqueID?) {
        guard let id else {
            append(text)
            return
        }
        text.withUTF8Buffer { letters in
            var index = 0
            while index < letters.count {
                if letters[index] == UInt8(ascii: "{"), index + 1 < letters.count,
                    letters[index + 1] == UInt8(ascii: "}")
                {
                    append(id)
                    index += 2
                } else {
                    append(letters[index])
                    index += 1
                }
            }
        }
    }
}
