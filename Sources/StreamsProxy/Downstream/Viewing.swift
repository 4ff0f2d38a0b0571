/// A live preview or tunnel: what is known of it beyond any other exchange.
///
/// An object of its own, since most connections never need one.
final class Viewing {
    /// Who watches, decided on again while it runs; nil where nobody had to be let in.
    var viewer: Viewer?
    /// Where it may end early; nil where that can't be known.
    var end: PreviewEnd?
    /// What came of looking again at whether the viewer may watch, when the answer's head had come.
    var entry = Entry.awaited
    /// It ends with its next part.
    var isEnding = false

    enum Entry {
        /// No head has come.
        case awaited
        /// Luna-Accounts is asked; the head waits with the connection to Luna-Streams.
        case asked
        case granted
    }

    init(viewer: Viewer?) {
        self.viewer = viewer
    }
}
