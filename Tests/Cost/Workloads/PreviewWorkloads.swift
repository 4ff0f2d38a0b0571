import HTTPCore
import Previews

/// What the source of a live preview can make large.
let previewWorkloads = [
    Workload("pictures of a preview", 200) { count in reading(Array(repeating: part(1000), count: count)) },
    Workload("pictures that come byte by byte", 20) { count in
        reading((0..<count).flatMap { _ in part(1000) }.map { [$0] })
    },
    Workload("pictures without a length", 200) { count in
        reading(Array(repeating: part(1000, hasLength: false), count: count))
    },
    Workload("a picture without a length that comes byte by byte", 20000, result: { _ in 1 }) { count in
        reading(part(count, hasLength: false).map { [$0] })
    },
    Workload("a picture of what is nearly a delimiter", 3000, result: { _ in 1 }) { count in
        let content = (0..<count).flatMap { _ in bytes("\r\n--fram") }
        return reading([bytes("--frame\r\n\r\n") + [0xFF, 0xD8] + content, [0xFF, 0xD9], bytes("\r\n--frame\r\n")])
    },
    Workload("a picture that ends in zeros, its delimiter byte by byte", 20000, result: { _ in 1 }) { count in
        let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xD9] + [UInt8](repeating: 0, count: count)
        return reading([bytes("--frame\r\n\r\n") + picture] + bytes("\r\n--frame\r\n").map { [$0] })
    },
    Workload("lengths that are all too small", 15) { count in
        // A good part after each bad one, or the source would be given up.
        reading((0..<count).flatMap { _ in [part(1000, announced: 7), part(1000)] }, pictures: { $0 / 2 })
    },
    Workload("parts that are no pictures", 500, result: { _ in 1 }) { count in
        let other = bytes(
            "--frame\r\nContent-Type: text/plain\r\n\r\n" + String(repeating: "hello ", count: 20) + "\r\n")
        return reading([part(10)] + Array(repeating: other, count: count))
    },
    Workload("parts without content", 500, result: { _ in 1 }) { count in
        reading([part(10)] + Array(repeating: bytes("--frame\r\nContent-Length: 0\r\n\r\n\r\n"), count: count))
    },
]

/// A part with a picture of so many bytes and its delimiter before it.
private func part(_ size: Int, hasLength: Bool = true, announced: Int? = nil) -> [UInt8] {
    let picture: [UInt8] = [0xFF, 0xD8] + [UInt8](repeating: 0x2D, count: size) + [0xFF, 0xD9]
    let length = hasLength ? "Content-Length: \(announced ?? picture.count)\r\n" : ""
    return bytes("--frame\r\nContent-Type: image/jpeg\r\n\(length)\r\n") + picture + bytes("\r\n")
}

/// Reads a preview that comes in those pieces; the work gives the number of pictures.
private func reading(_ pieces: [[UInt8]], pictures: @escaping (Int) -> Int = { $0 }) -> () -> Int {
    {
        let type = MediaType("multipart/x-mixed-replace; boundary=frame")
        guard let boundary = MultipartBoundary(type) else { return 0 }
        var reader = MultipartReader(boundary, pictureMaximum: 1 << 20)
        var count = 0
        for piece in pieces {
            reader.append(piece.span)
            while case .picture = reader.next() { count += 1 }
        }
        if case .picture = reader.finish() { count += 1 }
        return pictures(count)
    }
}
