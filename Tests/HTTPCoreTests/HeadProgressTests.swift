import HTTPCore
import Testing

struct HeadProgressTests {
    private static func looks(_ pieces: [String], line: Int = 8192, head: Int = 65535) -> (places: [Int], looked: Int) {
        var progress = HeadProgress()
        var count = 1
        var places: [Int] = []
        for piece in pieces {
            let bytes = Array(piece.utf8)
            if progress.isWorthLook(bytes.span, behind: count, line: line, head: head) {
                places.append(count + bytes.count)
            }
            count += bytes.count
        }
        return (places, progress.looked)
    }

    @Test func `Ten thousand lines that drip in cost a few looks over all of them`() {
        // The limits that settings allow.
        let lines = (0..<10_000).map { _ in "a:\r\n" } + ["\r", "\n"]
        let (places, looked) = Self.looks(lines)
        #expect(looked <= 5 * 65535)
        #expect(places.last == 40_003)
        // As before: a look at each line's end.
        #expect((1...10_000).reduce(0) { $0 + 4 * $1 } > 3000 * 65535)
    }

    @Test func `At first each line's end is a look, and nothing within a line is`() {
        #expect(Self.looks(["ET ", "/ HTTP/1.1", "\r\nHo", "st: h\r", "\n"]).places == [18, 25])
    }

    @Test func `The end is found in whatever pieces it comes`() {
        let many = Array(repeating: "a: b\r\n", count: 9000)
        for end in [["\r\n"], ["\r", "\n"], ["c: d", "\r\n\r\n"], ["c: d\r", "\n\r", "\n"], ["c:\r\n\r\nGET"]] {
            let all = many + end
            #expect(Self.looks(all).places.last == 1 + all.joined().utf8.count)
        }
    }

    @Test func `A limit that is crossed is a look without any line's end`() {
        #expect(Self.looks(["aaaa", "aaaa", "aaaa", "aaaa"], line: 8, head: 15).places == [9, 17])
    }
}
