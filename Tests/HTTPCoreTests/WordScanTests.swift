import HTTPCore
import SeededRandom
import Testing

/// What is looked at eight bytes at a time comes to the same as byte by byte, wherever in the words the byte stands.
@Suite struct WordScanTests {
    @Test func `The first control is found at every place, whatever stands around it`() {
        var random = SeededRandom(21)
        for length in 0...40 {
            for place in 0...length {
                for control in [0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x7F] as [UInt8] {
                    var bytes = (0..<length).map { _ in Self.visible(&random) }
                    if place < length { bytes[place] = control }
                    // What follows may be anything.
                    for index in bytes.indices where index > place { bytes[index] = UInt8(random.next() & 0xFF) }
                    #expect(firstControl(bytes, from: 0) == place)
                    #expect(firstControl(bytes, from: place) == place)
                }
            }
        }
    }

    @Test func `Every byte is a control or not, at every place of a word`() {
        for byte in UInt8.min...UInt8.max {
            let isControl = byte < 0x20 || byte == 0x7F
            for place in 0..<16 {
                var bytes = [UInt8](repeating: 0x41, count: 16)
                bytes[place] = byte
                #expect(firstControl(bytes, from: 0) == (isControl ? place : 16))
            }
        }
    }

    @Test(arguments: [0x61, 0x20, 0x7E, 0x80, 0xFF] as [UInt8])
    func `Every byte at every place is a control or not, whatever the others are`(filling: UInt8) {
        let wrong = Self.places(filling: filling) { bytes, place, byte in
            let end = byte < 0x20 || byte == 0x7F ? place : bytes.count
            return bytes.span.firstControl(from: 0, before: bytes.count) == end
                && bytes.span.firstControl(from: place, before: bytes.count) == end
                && bytes.span.firstControl(from: 0, before: place) == place
        }
        #expect(wrong == nil)
    }

    @Test(arguments: "aZ-5_~".utf8)
    func `Every byte at every place is of a token or not`(filling: UInt8) {
        let wrong = Self.places(filling: filling) { bytes, place, byte in
            let end = ASCII.isToken(byte) ? bytes.count : place
            return bytes.span.endOfToken(from: 0, before: bytes.count) == end
                && bytes.span.endOfToken(from: place, before: bytes.count) == end
                && bytes.span.endOfToken(from: 0, before: place) == place
        }
        #expect(wrong == nil)
    }

    @Test func `A token ends at its first other byte, whatever follows`() {
        var random = SeededRandom(22)
        for _ in 0..<20_000 {
            let bytes = (0..<24).map { _ in Self.nameByte(&random) }
            let end = bytes.firstIndex { !ASCII.isToken($0) } ?? bytes.count
            let found = bytes.span.endOfToken(from: 0, before: bytes.count)
            #expect(found == end)
        }
    }

    @Test(arguments: "aZ-./059".utf8)
    func `Every byte at every place is plain in a path or not`(filling: UInt8) {
        let wrong = Self.wrongPlace(filling: filling, plainBesides: "-./") {
            $0.span.endOfPlainPath(from: 0, before: $1)
        }
        #expect(wrong == nil)
    }

    @Test func `What is plain ends at the first other byte, whatever follows`() {
        var random = SeededRandom(23)
        for _ in 0..<20_000 {
            let bytes = (0..<24).map { _ in Self.nameByte(&random) }
            let end = bytes.firstIndex { !Self.isLetter($0) && !(0x2D...0x39).contains($0) } ?? bytes.count
            let found = bytes.span.endOfPlainPath(from: 0, before: bytes.count)
            #expect(found == end)
            let hostEnd = bytes[..<end].firstIndex(of: UInt8(ascii: "/")) ?? end
            let foundInHost = bytes.span.endOfPlainHost(from: 0, before: bytes.count)
            #expect(foundInHost == hostEnd)
        }
    }

    @Test(arguments: "aZ-.059".utf8)
    func `Every byte at every place is plain in a host or not`(filling: UInt8) {
        let wrong = Self.wrongPlace(filling: filling, plainBesides: "-.") {
            $0.span.endOfPlainHost(from: 0, before: $1)
        }
        #expect(wrong == nil)
    }

    /// Where `end(bytes, limit)` is not the first byte that is neither a letter, a digit nor one of `marks`.
    private static func wrongPlace(
        filling: UInt8, plainBesides marks: String, _ end: (_ bytes: [UInt8], _ limit: Int) -> Int
    ) -> String? {
        places(filling: filling) { bytes, place, byte in
            let isPlain = isLetter(byte) || ASCII.isDigit(byte) || marks.utf8.contains(byte)
            return end(bytes, bytes.count) == (isPlain ? bytes.count : place) && end(bytes, place) == place
        }
    }

    /// Where `isRight` is not, of all byte values at all places in up to 40 bytes that are else `filling`.
    private static func places(
        filling: UInt8, isRight: (_ bytes: [UInt8], _ place: Int, _ byte: UInt8) -> Bool
    ) -> String? {
        for length in 1...40 {
            var bytes = [UInt8](repeating: filling, count: length)
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    bytes[place] = byte
                    if !isRight(bytes, place, byte) { return "\(byte) at \(place) of \(length)" }
                }
                bytes[place] = filling
            }
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    /// Mostly a letter or hyphen, else anything.
    private static func nameByte(_ random: inout SeededRandom) -> UInt8 {
        let number = random.next()
        if number & 0x700 == 0 { return UInt8(truncatingIfNeeded: number) }
        let names = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-".utf8)
        return names[Int((number >> 16) % UInt64(names.count))]
    }

    private func firstControl(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.span.firstControl(from: start, before: bytes.count)
    }

    private static func visible(_ random: inout SeededRandom) -> UInt8 {
        while true {
            let byte = UInt8(truncatingIfNeeded: random.next())
            if byte >= 0x20, byte != 0x7F { return byte }
        }
    }
}
