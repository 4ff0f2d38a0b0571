import DemoLunaStreams
import Testing

@Suite struct DrawingTests {
    @Test func whatLiesOutsideIsNotDrawn() {
        var canvas = Canvas(width: 4, height: 3)
        let white = Color(red: 255, green: 255, blue: 255)
        canvas.fill(x: -5..<2, y: 2..<9, white)
        canvas.fill(x: 7..<9, y: 0..<1, white)
        canvas.fillDisc(x: 40, y: -40, radius: 5, white)
        canvas.draw("A", x: -100, y: 100, scale: 3, white)
        #expect(canvas.pixels == [0, 0, 0, 0, 0, 0, 0, 0, white.pixel, white.pixel, 0, 0])
    }

    @Test func glyphsDrawTheirShape() {
        var canvas = Canvas(width: 5, height: 7)
        canvas.draw("L", x: 0, y: 0, scale: 1, Color(red: 1, green: 0, blue: 0))
        let rows = (0..<7).map { row in (0..<5).map { canvas.pixels[row * 5 + $0] == 1 ? "#" : "." }.joined() }
        #expect(rows == ["#....", "#....", "#....", "#....", "#....", "#....", "#####"])
    }

    @Test func everyCharacterOfIDsAndTimesHasItsOwnGlyph() {
        let text = "0123456789abcdefghijklmnopqrstuvwxyz-:. _,/()'#+"
        for (index, one) in text.enumerated() {
            #expect(Glyph(one) != Glyph("?"), "\(one)")
            for other in text.dropFirst(index + 1) { #expect(Glyph(one) != Glyph(other), "\(one) \(other)") }
        }
        #expect(Glyph("ы") == Glyph("?"))
        #expect(Glyph("a") == Glyph("A"))
    }

    @Test(arguments: [
        (0.0, UInt32(0x0000FF)), (120, 0x00FF00), (240, 0xFF0000), (360, 0x0000FF), (60, 0x00FFFF), (480, 0x00FF00),
    ])
    func huesGoRoundTheCircle(_ hue: Double, pixel: UInt32) {
        #expect(Color(hue: hue, saturation: 1, value: 1).pixel == pixel)
    }
}

@Suite struct TimestampTests {
    @Test func textIsRFC3339WithMicroseconds() throws {
        let text = Timestamp(microseconds: 1_790_000_000_000_042).rfc3339
        let shape = try Regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.000042[+-][0-9]{2}:[0-9]{2}")
        #expect(try shape.wholeMatch(in: text) != nil)
        let next = Timestamp(microseconds: 1_790_000_060_999_000)
        #expect(next.timeText.hasSuffix(".999") && next.timeText.count == 12)
        #expect(text.hasPrefix(Timestamp(microseconds: 1_790_000_000_000_042).dateText + "T"))
    }
}
