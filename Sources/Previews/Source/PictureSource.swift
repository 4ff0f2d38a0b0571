package import HTTPCore

/// What a broadcast's connection brings, as pictures: bytes in, pictures out, each made once for all viewers of the process.
package struct PictureSource: ~Copyable {
    package enum Step {
        case needMore
        case picture(Picture)
        /// The last delimiter: as if the connection had closed.
        case ended
        case unreadable(MultipartFault)
    }

    private var reader: MultipartReader
    private let boundary: PictureBoundary
    /// The number of the picture before.
    package private(set) var lastNumber: UInt64
    /// Whether a JPEG without Huffman tables has come, which Safari shows as nothing: to be noted once.
    package private(set) var lacksTables = false

    /// `source`: as the answer declares it; `boundary`: of what this process sends. `maximum`: `live_frame`, bytes. `lastNumber`: of
    /// the connection before, so that numbers rise for as long as there is the broadcast.
    package init(
        _ source: MultipartBoundary, _ boundary: PictureBoundary, maximum: Int, lastNumber: UInt64 = 0
    ) {
        reader = MultipartReader(source, pictureMaximum: maximum)
        self.boundary = boundary
        self.lastNumber = lastNumber
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        reader.append(bytes)
    }

    /// Reads on until there is something to tell.
    package mutating func next(at now: Instant) -> Step {
        let step = reader.next()
        return tell(step, at: now)
    }

    /// The connection has closed: what is left is a picture if it is whole.
    package mutating func finish(at now: Instant) -> Step {
        let step = reader.finish()
        return tell(step, at: now)
    }

    private mutating func tell(_ step: MultipartStep, at now: Instant) -> Step {
        switch step {
        case .needMore: return .needMore
        case .ended: return .ended
        case .unreadable(let fault): return .unreadable(fault)
        case .picture(let range):
            lastNumber += 1
            let (type, boundary, number) = (reader.pictureType, boundary, lastNumber)
            let (picture, lacks) = reader.withBytes { bytes in
                (
                    Picture(bytes, range, type: type, boundary: boundary, number: number, completed: now),
                    JPEGMarkers.lacksTables(bytes, range)
                )
            }
            if lacks { lacksTables = true }
            return .picture(picture)
        }
    }

    /// Parts that were not what they said they were.
    package var malformedParts: Int { reader.malformedParts }
    /// Bytes of memory that it keeps.
    package var capacity: Int { reader.capacity }
    /// Before the first picture: all that has come, for whoever takes the connection as it is.
    package borrowing func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        reader.withBytes(body)
    }
}
