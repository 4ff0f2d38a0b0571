/// Motion-JPEG over HTTP: `multipart/x-mixed-replace`, each part the next picture.
package enum MultipartReplace {
    private static let boundary = "demo-luna-streams-picture"

    package static let mediaType = "multipart/x-mixed-replace; boundary=\(boundary)"

    /// What comes before the first part.
    package static let opening = Array("--\(boundary)\r\n".utf8)

    /// What comes after the last part, when a stream ends: an empty part that closes the list.
    package static let closing = Array("\r\n--\(boundary)--\r\n".utf8)

    /// A picture as a part. The delimiter of the part after it is its end: a browser shows a part once it has seen that,
    /// so a delimiter that waited for the next picture would show every picture one too late.
    package static func part(_ jpeg: [UInt8]) -> [UInt8] {
        let head = "Content-Type: image/jpeg\r\nContent-Length: \(jpeg.count)\r\n\r\n"
        return Array(head.utf8) + jpeg + Array("\r\n--\(boundary)\r\n".utf8)
    }
}
