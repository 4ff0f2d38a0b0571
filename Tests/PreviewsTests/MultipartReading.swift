import HTTPCore
import Previews

/// All that a reader makes of a Motion-JPEG answer that comes in parts.
struct MultipartReading: Equatable, CustomStringConvertible {
    var pictures: [[UInt8]] = []
    var end: MultipartStep?
    var malformedParts = 0

    /// What is left when the source closes is read too, unless `isOpen`.
    init(
        _ contentType: String, _ pieces: [[UInt8]], maximum: Int = 1 << 20, isOpen: Bool = false
    ) {
        guard let boundary = MultipartBoundary(MediaType(contentType)) else {
            end = .unreadable(.noParts)
            return
        }
        var reader = MultipartReader(boundary, pictureMaximum: maximum)
        for piece in pieces {
            reader.append(piece.span)
            take(&reader)
            if end != nil { break }
        }
        if end == nil, !isOpen {
            if case .picture(let range) = reader.finish() {
                pictures.append(reader.withBytes { [UInt8](copying: $0.extracting(range)) })
            }
            end = .ended
        }
        malformedParts = reader.malformedParts
    }

    private mutating func take(_ reader: inout MultipartReader) {
        while true {
            let step = reader.next()
            switch step {
            case .needMore: return
            case .picture(let range):
                pictures.append(reader.withBytes { [UInt8](copying: $0.extracting(range)) })
            case .ended, .unreadable:
                end = step
                return
            }
        }
    }

    var description: String {
        "\(pictures.map(\.count)) \(end.map { "\($0)" } ?? "open") malformed \(malformedParts)"
    }
}
