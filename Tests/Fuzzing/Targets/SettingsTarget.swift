import JSON
import StreamsProxy

/// Settings files: whatever stands there, each problem is one line with a place in the text, in order, and what is valid
/// is JSON.
enum SettingsTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        // Key files are read from the disk, which is no part of the input.
        let word = Array("\"file\"".utf8)
        if bytes.indices.contains(where: { bytes[$0...].starts(with: word) }) { return }
        let result = ConfigurationReader.read(text: bytes, file: "/etc/streams/config.json")
        try require(
            result == ConfigurationReader.read(text: bytes, file: "/etc/streams/config.json"), "read twice, it differs")
        switch result {
        case .valid(let configuration):
            try require(Self.isObject(bytes), "valid, and no JSON object")
            let address = configuration.upstream
            try require((1...65535).contains(address.port) && !address.host.isEmpty, "an address that is none")
            try require(!address.basePath.hasSuffix("/") && !configuration.mount.hasSuffix("/"), "a slash at the end")
        case .invalid(let problems):
            try require(!problems.isEmpty, "invalid, and no problem")
            let lineCount = bytes.count { $0 == 10 } + 1
            var last = TextPosition(line: 1, column: 1)
            for problem in problems {
                let text = problem.description
                try require(
                    !problem.rule.isEmpty && text.unicodeScalars.allSatisfy { $0.value >= 32 }, "no line of text")
                guard let position = problem.position else { continue }
                try require((1...lineCount).contains(position.line), "a place behind the end")
                try require(
                    (last.line, last.column) <= (position.line, position.column), "\(position) comes after \(last)")
                last = position
            }
        }
    }

    private static func isObject(_ text: [UInt8]) -> Bool {
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(text).object != nil
        } catch {
            return false
        }
    }
}
