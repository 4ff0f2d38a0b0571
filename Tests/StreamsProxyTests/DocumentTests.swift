import Glibc
import HTTPCore
import StreamsProxy
import Testing

/// The documents say what the code says. `make documents` runs these tests with WRITE_DOCUMENTS set, which writes the tables.
struct DocumentTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    static let documents = ["README.md", "docs/operations.md", "docs/plugins.md"]
    private static let begin = "<!-- generated: "
    private static let end = "<!-- end -->"

    private struct Fault: Error {
        let reason: String
    }

    /// A document with every table as the code has it, and the names of those.
    static func generated(_ lines: [Substring]) throws -> (lines: [Substring], names: [String]) {
        var result: [Substring] = []
        var names: [String] = []
        var isInside = false
        for line in lines {
            if line == end {
                guard isInside else { throw Fault(reason: "\(end) without a beginning") }
                isInside = false
            } else if isInside {
                continue
            }
            result.append(line)
            guard line.hasPrefix(begin) else { continue }
            let name = String(line.dropFirst(begin.count).dropLast(" -->".count))
            guard let table = GeneratedTables.all[name] else { throw Fault(reason: "no table has the name \(name)") }
            result += table().map { $0[...] }
            names.append(name)
            isInside = true
        }
        if isInside { throw Fault(reason: "a table without \(end)") }
        return (result, names)
    }

    @Test(arguments: documents)
    func `A document's tables are those of the code`(_ document: String) throws {
        let path = "\(Self.root)/\(document)"
        let lines = try TextFile.read(path).split(separator: "\n", omittingEmptySubsequences: false)
        let made = try Self.generated(lines).lines
        if getenv("WRITE_DOCUMENTS") != nil {
            try TextFile.write(made.joined(separator: "\n"), to: path)
            return
        }
        #expect(lines == made, "\(document) is out of date: `make documents` writes it anew")
    }

    @Test func `Each table stands in a document`() throws {
        let names = try Self.documents.flatMap { document in
            let text = try TextFile.read("\(Self.root)/\(document)")
            return try Self.generated(text.split(separator: "\n", omittingEmptySubsequences: false)).names
        }
        #expect(Set(names) == Set(GeneratedTables.all.keys))
    }

    @Test func `A table that differs is seen, and a mark that is wrong`() throws {
        let lines: [Substring] = ["a", "<!-- generated: log-ends -->", "| old |", "<!-- end -->", "b"]
        let made = try Self.generated(lines).lines
        #expect(made.first == "a" && made.last == "b" && !made.contains("| old |"))
        #expect(made.contains("| `client_gone` | \(ExchangeEnd.clientGone.meaning) |"))
        #expect(try Self.generated(made).lines == made)
        for wrong in [["<!-- generated: nothing -->", "<!-- end -->"], ["<!-- end -->"], [lines[1]]] as [[Substring]] {
            #expect(throws: Fault.self) { try Self.generated(wrong) }
        }
    }

    @Test(arguments: GeneratedTables.all.keys.sorted())
    func `Each cell says something and breaks no table`(_ name: String) throws {
        let table = try #require(GeneratedTables.all[name])
        let lines = table()
        let columns = lines[0].split(separator: " | ").count
        for line in lines.dropFirst(2) {
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false)
            #expect(cells.count == columns)
            #expect(cells.allSatisfy { !$0.isEmpty && !$0.contains("|") })
        }
    }
}

/// A file of the repository, as text.
enum TextFile {
    static func read(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"), "\(path) can't be read")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"), "\(path) can't be written")
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
