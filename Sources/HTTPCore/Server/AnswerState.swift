/// How the answer being sent is framed.
enum AnswerState: Equatable {
    case awaited
    /// The head is out, and that much of the content is still owed.
    case length(remaining: Int)
    case chunked
    case untilClose
    /// A head that has no content.
    case empty
    case finished
}

/// What is known of a content's length when its head is written.
package enum AnswerLength: Sendable {
    /// There is none and never will be: 204, 304.
    case none
    case known(Int)
    case unknown
}
