import Glibc
import HTTPCore
import Testing

/// One message of the corpus and what must become of it. `Corpus/README.md` describes the format.
struct CorpusCase: Sendable {
    enum Message: Sendable, Equatable {
        case request
        case response(Method)
    }

    enum Expectation: Sendable, Equatable {
        /// `closes`: the connection ends after it, whatever else has come.
        case accepted(content: [UInt8], rest: [UInt8], closes: Bool)
        case incomplete
        case refused(status: Int, reason: String)
    }

    struct Malformed: Error {
        let place: String
    }

    let file: String
    let title: String
    let why: String
    let source: String
    let message: Message
    let expectation: Expectation
    let raw: [UInt8]

    // MARK: Files

    /// All cases of all files beside the tests' folder, in the order of their names.
    static func all(beside file: String = #filePath) throws -> [CorpusCase] {
        let folder = file.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/Corpus"
        guard let directory = opendir(folder) else { throw Malformed(place: folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".txt") { names.append(name) }
        }
        return try names.sorted().flatMap { try cases(text("\(folder)/\($0)"), file: $0) }
    }

    private static func text(_ path: String) throws -> String {
        let descriptor = Descriptor(open(path, O_RDONLY | O_CLOEXEC))
        guard descriptor.number >= 0 else { throw Malformed(place: path) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor.number, &buffer, buffer.count)
            guard count >= 0 else { throw Malformed(place: path) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    private static func cases(_ text: String, file: String) throws -> [CorpusCase] {
        var cases: [CorpusCase] = []
        var title: String?
        var fields: [String: String] = [:]
        var raw: String?
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""]
        for line in lines {
            if let known = raw, let name = title {
                if line.isEmpty {
                    cases.append(try CorpusCase(file: file, title: name, fields: fields, raw: known))
                    (title, raw, fields) = (nil, nil, [:])
                } else {
                    raw = known + line
                }
            } else if line.hasPrefix("== "), title == nil {
                title = String(line.dropFirst(3))
            } else if title == nil, line.isEmpty || line.hasPrefix("#") {
                continue
            } else if title != nil, line == "raw:" {
                raw = ""
            } else if title != nil, let colon = line.firstRange(of: ": "),
                fields[String(line[..<colon.lowerBound])] == nil
            {
                fields[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
            } else {
                throw Malformed(place: "\(file): \(title ?? ""): \(line)")
            }
        }
        guard title == nil else { throw Malformed(place: "\(file): \(title ?? "") has no raw part") }
        return cases
    }

    // MARK: Cases

    private init(file: String, title: String, fields: [String: String], raw: String) throws {
        let place = "\(file): \(title)"
        var fields = fields
        func take(_ name: String) throws -> String {
            guard let value = fields.removeValue(forKey: name) else { throw Malformed(place: "\(place): no \(name)") }
            return value
        }
        self.file = file
        self.title = title
        why = try take("why")
        source = try take("source")
        let message = try take("message")
        let method = Method.allCases.first { message == "response to \($0.name)" }
        if message == "request" {
            self.message = .request
        } else if let method {
            self.message = .response(method)
        } else {
            throw Malformed(place: "\(place): \(message)")
        }
        let words = try take("expect").split(separator: " ").map(String.init)
        if words == ["accepted"] {
            let content = try Self.unescape(fields.removeValue(forKey: "content") ?? "", place)
            let rest = try Self.unescape(fields.removeValue(forKey: "rest") ?? "", place)
            let then = fields.removeValue(forKey: "then")
            guard then == nil || then == "closes" else { throw Malformed(place: "\(place): \(then ?? "")") }
            expectation = .accepted(content: content, rest: rest, closes: then != nil)
        } else if words == ["incomplete"] {
            expectation = .incomplete
        } else if words.count == 3, words[0] == "refused", let status = Int(words[1]) {
            expectation = .refused(status: status, reason: words[2])
        } else {
            throw Malformed(place: "\(place): \(words)")
        }
        guard fields.isEmpty else { throw Malformed(place: "\(place): \(fields.keys)") }
        self.raw = try Self.unescape(raw, place)
    }

    private static func unescape(_ text: String, _ place: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte < 0x80 else { throw Malformed(place: "\(place): not ASCII") }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                    throw Malformed(place: "\(place): \\x")
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "("):
                guard let space = rest.firstIndex(of: 0x20), let end = rest.firstIndex(of: UInt8(ascii: ")")),
                    space < end, let count = Int(String(decoding: rest[..<space], as: UTF8.self))
                else { throw Malformed(place: "\(place): \\(") }
                let part = try unescape(String(decoding: rest[(space + 1)..<end], as: UTF8.self), place)
                for _ in 0..<count { bytes += part }
                rest = rest[(end + 1)...]
            default: throw Malformed(place: "\(place): an unknown escape")
            }
        }
        return bytes
    }
}

extension CorpusCase: CustomTestStringConvertible {
    var testDescription: String { "\(file): \(title)" }
}
