/// A live preview or tunnel: what is known of it beyond any other exchange.
///
/// An object of its own, since most connections never need one.
final class Viewing {
    /// Who watches, decided on again while it runs; nil where nobody had to be let in.
    var viewer: Viewer?
    /// Where it may end early; nil where that can't be known.
    var end: PreviewEnd?
    /// It ends with its next part.
    var isEnding = false

    init(viewer: Viewer?) {
        self.viewer = viewer
    }
}
