import HTTPCore

/// All that a content reader makes of some bytes that come in parts.
struct ContentReading: Equatable, Sendable {
    enum End: Equatable, Sendable {
        case needMore
        case finished
        case refused(MessageError)
    }

    var content: [UInt8] = []
    /// How many bytes it has used.
    var used = 0
    var end = End.needMore

    init(content: [UInt8], used: Int, end: End) {
        self.content = content
        self.used = used
        self.end = end
    }

    init(_ framing: ContentFraming, _ parts: [[UInt8]]) {
        var reader = ContentReader(framing)
        for part in parts {
            var position = 0
            defer { used += position }
            reading: while true {
                do throws(MessageError) {
                    switch try reader.next(part.span, from: &position) {
                    case .content(let run): content += part[run]
                    case .needMore: break reading
                    case .finished:
                        end = .finished
                        return
                    }
                } catch {
                    end = .refused(error)
                    return
                }
            }
        }
    }
}
