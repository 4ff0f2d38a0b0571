/// Red, green and blue as the four bytes of a pixel: R, G, B, and one unused.
package struct Color: Sendable, Equatable {
    package let pixel: UInt32

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        pixel = UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16
    }

    /// - Parameters:
    ///   - hue: the colour's place on the circle, in degrees, of any size.
    ///   - saturation: 0 (grey) to 1.
    ///   - value: 0 (black) to 1.
    package init(hue: Double, saturation: Double, value: Double) {
        func channel(_ shift: Double) -> UInt8 {
            let sector = (shift + hue / 60).truncatingRemainder(dividingBy: 6)
            return UInt8(255 * (value - value * saturation * max(0, min(sector, 4 - sector, 1))))
        }
        self.init(red: channel(5), green: channel(3), blue: channel(1))
    }
}

/// A picture being drawn: rows of pixels from the top. What lies outside is not drawn.
package struct Canvas: Sendable {
    package let width: Int
    package let height: Int
    package private(set) var pixels: [UInt32]

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt32](repeating: 0, count: width * height)
    }

    package mutating func fill(x: Range<Int>, y: Range<Int>, _ color: Color) {
        let columns = x.clamped(to: 0..<width)
        let rows = y.clamped(to: 0..<height)
        guard !columns.isEmpty else { return }
        let width = width
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in rows {
                let start = row * width
                pixels[start + columns.lowerBound..<start + columns.upperBound].update(repeating: color.pixel)
            }
        }
    }

    package mutating func fillDisc(x: Int, y: Int, radius: Int, _ color: Color) {
        for row in -radius...radius {
            let half = Int(Double(radius * radius - row * row).squareRoot())
            fill(x: x - half..<x + half + 1, y: y + row..<y + row + 1, color)
        }
    }

    /// Draws the text with its upper left corner there, each point of the glyphs a square of `scale` pixels.
    package mutating func draw(_ text: String, x: Int, y: Int, scale: Int, _ color: Color) {
        var left = x
        for character in text {
            let glyph = Glyph(character)
            for row in 0..<Glyph.rows {
                for column in 0..<Glyph.columns where glyph.isSet(column: column, row: row) {
                    let point = (x: left + column * scale, y: y + row * scale)
                    fill(x: point.x..<point.x + scale, y: point.y..<point.y + scale, color)
                }
            }
            left += (Glyph.columns + 1) * scale
        }
    }
}
