import HTTPCore
import Previews

/// Motion-JPEG in any form: whole, in parts and byte by byte the same pictures; each is a run of the bytes that came, behind
/// those before it and within the limit; what is read is read again when it is written by the rules.
enum MultipartTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let type = input.choice(of: [
            "multipart/x-mixed-replace;boundary=frame", "multipart/x-mixed-replace; boundary=--frame",
            "multipart/mixed; boundary=\"frame--\"", "Multipart/X-Mixed-Replace; Boundary =f",
        ])
        let maximum = input.choice(of: [1 << 20, 1 << 20, 1000, 60])
        let places = [input.number(), input.number()]
        let message = input.bytes
        guard let boundary = MultipartBoundary(MediaType(type)) else { throw Finding("no boundary in \(type)") }
        let whole = PreviewReading(boundary, [message], maximum: maximum)
        try require(
            PreviewReading(boundary, message.split(at: places), maximum: maximum) == whole,
            "parts differ from the whole")
        try require(
            PreviewReading(boundary, message.map { [$0] }, maximum: maximum) == whole, "bytes differ from the whole")
        try require(whole.capacity <= 4 * message.count + 8192, "more memory than bytes")
        var end = message.startIndex
        for picture in whole.pictures {
            try require(picture.count <= maximum, "a picture above the limit")
            guard let place = place(of: picture, in: message[end...]) else {
                throw Finding("a picture that nobody has sent there")
            }
            end = place + picture.count
        }
        try require(
            rewritten(whole, maximum: maximum) == whole.pictures, "pictures by the rules can't be read")
    }

    private static func place(of picture: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = picture.first, bytes.count >= picture.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - picture.count).first {
            bytes[$0] == first && bytes[$0..<$0 + picture.count].elementsEqual(picture)
        }
    }

    /// The pictures as a server writes them that keeps to RFC 2046, read again.
    private static func rewritten(_ reading: PreviewReading, maximum: Int) -> [[UInt8]] {
        var bytes: [UInt8] = []
        for (picture, type) in zip(reading.pictures, reading.types) {
            bytes += Array("--again\r\nContent-Type: ".utf8) + type
            bytes += Array("\r\nContent-Length: \(picture.count)\r\n\r\n".utf8) + picture + [13, 10]
        }
        bytes += Array("--again--\r\n".utf8)
        guard let boundary = MultipartBoundary(MediaType("multipart/mixed; boundary=again")) else { return [] }
        return PreviewReading(boundary, [bytes], maximum: maximum).pictures
    }
}

/// All that a reader makes of a preview that comes in parts.
struct PreviewReading: Equatable {
    var pictures: [[UInt8]] = []
    var types: [[UInt8]] = []
    var end: MultipartStep?
    var malformedParts = 0
    /// Memory that it has kept at most; how the bytes come may change it.
    var capacity = 0

    init(_ boundary: MultipartBoundary, _ parts: [[UInt8]], maximum: Int) {
        var reader = MultipartReader(boundary, pictureMaximum: maximum)
        for part in parts where end == nil {
            reader.append(part.span)
            while end == nil, take(reader.next(), &reader) {}
            capacity = max(capacity, reader.capacity)
        }
        if end == nil, take(reader.finish(), &reader) { end = .ended }
        malformedParts = reader.malformedParts
    }

    /// False where more bytes are needed.
    private mutating func take(_ step: MultipartStep, _ reader: inout MultipartReader) -> Bool {
        switch step {
        case .needMore: return false
        case .ended, .unreadable: end = step
        case .picture(let range):
            pictures.append(reader.withBytes { [UInt8](copying: $0.extracting(range)) })
            types.append(reader.pictureType)
        }
        return true
    }

    static func == (one: PreviewReading, other: PreviewReading) -> Bool {
        one.pictures == other.pictures && one.types == other.types && one.end == other.end
            && one.malformedParts == other.malformedParts
    }
}
