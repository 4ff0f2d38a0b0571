internal import HTTPCore

/// The moving picture of a stream: a background in the stream's own colour, a ball that bounces, the name, the id and
/// the time. The same stream at the same instant gives the same picture.
package enum TestCard {
    package static let width = 640
    package static let height = 360

    /// The band with the text is below; the ball stays above.
    private static let bandTop = 268
    private static let ballRadius = 26
    private static let ink = Color(red: 255, green: 255, blue: 255)
    private static let faint = Color(red: 200, green: 210, blue: 220)
    private static let band = Color(red: 12, green: 14, blue: 20)

    package static func draw(_ stream: LunaStream, at time: Timestamp) -> Canvas {
        var canvas = Canvas(width: width, height: height)
        let hue = Double((stream.id.high ^ stream.id.low) % 360)
        drawBackground(on: &canvas, hue: hue)
        drawBall(on: &canvas, hue: hue, at: time)
        drawText(on: &canvas, stream, at: time)
        return canvas
    }

    private static func drawBackground(on canvas: inout Canvas, hue: Double) {
        for y in 0..<height {
            let depth = Double(y) / Double(height)
            let color = Color(hue: hue + 50 * depth, saturation: 0.65, value: 0.25 + 0.45 * depth)
            canvas.fill(x: 0..<width, y: y..<y + 1, color)
        }
    }

    private static func drawBall(on canvas: inout Canvas, hue: Double, at time: Timestamp) {
        // Periods without a common measure within a minute: the ball is never twice in one place at whole seconds.
        let x = bounce(time, period: 3_170_000, length: width - 2 * ballRadius) + ballRadius
        let y = bounce(time, period: 2_330_000, length: bandTop - 2 * ballRadius) + ballRadius
        canvas.fillDisc(x: x + 5, y: y + 6, radius: ballRadius, band)
        canvas.fillDisc(x: x, y: y, radius: ballRadius, Color(hue: hue + 180, saturation: 0.75, value: 1))
        canvas.fillDisc(x: x - 8, y: y - 9, radius: ballRadius / 4, ink)
    }

    /// There and back again in `period` microseconds.
    private static func bounce(_ time: Timestamp, period: Int64, length: Int) -> Int {
        let phase = Double(time.microseconds % period) / Double(period)
        return Int(Double(length) * (phase < 0.5 ? 2 * phase : 2 - 2 * phase))
    }

    private static func drawText(on canvas: inout Canvas, _ stream: LunaStream, at time: Timestamp) {
        let name = stream.content.name.isEmpty ? "Unnamed stream" : stream.content.name
        canvas.draw(String(name.prefix(32)), x: 24, y: 24, scale: 3, ink)

        canvas.fill(x: 0..<width, y: bandTop..<height, band)
        canvas.draw(time.timeText, x: 24, y: 280, scale: 5, ink)
        canvas.draw(time.dateText, x: 408, y: 280, scale: 3, faint)
        canvas.draw("v\(stream.version)", x: 408, y: 309, scale: 2, faint)
        canvas.draw(stream.id.description, x: 24, y: 331, scale: 2, faint)
    }
}
