import Glibc
import StreamsProxy
import Testing

/// Texts that are no settings at all: each is told apart, with the place and what to do.
struct ConfigurationSyntaxTests {
    private static func problem(_ text: [UInt8]) -> String {
        switch ConfigurationReader.read(text: text, file: "c") {
        case .valid: "valid"
        case .invalid(let problems): problems.map { "\($0)" }.joined(separator: "\n")
        }
    }

    /// The sample of LUNA's documentation as it is printed there: without the first brace, with the last.
    private static let fragment = """
        "LUNA_API_PLUGINS_SETTINGS": {
                "luna-streams": {
                    "luna-streams-address": {"origin": "http://127.0.0.1:5160/1", "api_version": 1},
                    "luna-streams-timeouts": {"request": 42, "connect": 42}
                }
            }
        }
        """

    private static let texts: [(text: String, problem: String)] = [
        (
            fragment,
            "c:1:28: not JSON: ':' where the end of the text should come; "
                + "put '{' before the text: its last '}' closes a brace that nothing opens"
        ),
        (
            "{\n\(fragment)\n}",
            "c:9:1: not JSON: '}' where the end of the text should come; the settings object ended at 8:1, so this one is one too many"
        ),
        (
            "{\n\(fragment),\n\"ALLOW_LUNA_ACCOUNT_AUTH_HEADER\": 1\n}",
            "c:8:2: not JSON: ',' where the end of the text should come; the settings object ended at 8:1, "
                + "and the text goes on after it: the '}' at 8:1 is one too many"
        ),
        (
            String(fragment.dropLast(2)),
            "c:1:28: not JSON: ':' where the end of the text should come; "
                + "put '{' before the text and '}' after it"
        ),
        (
            #""a": 1 }}"#,
            "c:1:4: not JSON: ':' where the end of the text should come; the settings must be one object, in braces"
        ),
        (
            "{} {}",
            "c:1:4: not JSON: '{' where the end of the text should come; the settings object ended at 1:2, "
                + "and the text goes on after it"
        ),
        (
            "{\"a\": {\"b\": [1",
            "c:1:15: not JSON: the text ends where ',' or ']' should come; "
                + "still open: '{' at 1:1, '{' at 1:7, '[' at 1:13"
        ),
        (
            "{\"a\": 1,\n}",
            "c:2:1: not JSON: '}' where a name in quotes should come; there must be no comma after the last member"
        ),
        (
            "{\"a\": 1\n \"b\": 2}",
            "c:2:2: not JSON: '\"' where ',' or '}' should come; a comma is missing before this"
        ),
        ("{// why\n}", "c:1:2: not JSON: '/' where a name in quotes should come; JSON has no comments"),
        ("# why\n{}", "c:1:1: not JSON: '#' where a value should come; JSON has no comments"),
        (
            "{'a': 1}",
            "c:1:2: not JSON: ''' where a name in quotes should come; JSON strings and names stand in double quotes"
        ),
        ("{\"a\": True}", "c:1:7: not JSON: 'T' where a value should come; write true"),
        ("{\"a\": None}", "c:1:7: not JSON: 'N' where a value should come; write null"),
        (
            "{\"é\": NaN}",
            "c:1:7: not JSON: 'N' where a value should come; text stands in double quotes; true, false and null are written small"
        ),
        (
            "{\"a\": 1,\n\"é\": {}, \"a\": 2}",
            "c:2:10: the name \"a\" stands twice in one object, first at 1:2; keep one of them"
        ),
        ("{a: 1}", "c:1:2: not JSON: 'a' where a name in quotes should come; names stand in double quotes"),
        (
            "LUNA: 1",
            "c:1:1: not JSON: 'L' where a value should come; text stands in double quotes; true, false and null are written small"
        ),
        ("{\"a\" 1}", "c:1:6: not JSON: '1' where ':' should come; between a name and its value stands a colon"),
        ("{\"a\": 01}", "c:1:8: not JSON: '1' where ',' or '}' should come; a number does not begin with 0"),
        ("{\"a\": .5}", "c:1:7: not JSON: '.' where a value should come; a number has a digit before the point: 0.5"),
        ("{\"a\": +5}", "c:1:7: not JSON: '+' where a value should come; a number has no plus sign"),
        (
            "{\"a\": 1; \"b\": 2}",
            "c:1:8: not JSON: ';' where ',' or '}' should come; a comma stands between two of them"
        ),
        ("{\"a\": \"C:\\x\"}", "c:1:11: not JSON: no such escape in a string; a backslash is written \\\\"),
        (
            "{\"a\": \"\t\"}",
            "c:1:8: not JSON: a control character inside a string must be escaped; a tab is written \\t, a line break \\n"
        ),
        ("", "c:1:1: the file is empty"),
        (" \n\t", "c:1:1: the file is empty"),
        ("\u{FEFF}{}", "c:1:1: the file starts with a byte order mark; save it as UTF-8 without one"),
    ]

    @Test(arguments: texts)
    func `What is not JSON is explained at its place`(_ row: (text: String, problem: String)) {
        #expect(Self.problem(Array(row.text.utf8)) == row.problem)
    }

    private static let encodings: [(bytes: [UInt8], problem: String)] = [
        ([0xFF, 0xFE, 0x7B, 0], "c:1:1: the file is UTF-16; save it as UTF-8"),
        ([0xFE, 0xFF, 0, 0x7B], "c:1:1: the file is UTF-16; save it as UTF-8"),
        (Array("{\n\"é".utf8) + [0xE9, 0x22], "c:2:3: this byte is not UTF-8; save the file as UTF-8"),
        ([0x7B, 0xC3], "c:1:2: this byte is not UTF-8; save the file as UTF-8"),
    ]

    @Test(arguments: encodings)
    func `Another encoding is named`(_ row: (bytes: [UInt8], problem: String)) {
        #expect(Self.problem(row.bytes) == row.problem)
    }

    /// No input may stop the program: random bytes, and the valid file with bytes changed, dropped, doubled or cut off.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `Any text gives a configuration or a problem`(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let valid = Array(("{\n" + Self.fragment).utf8)
        let marks = Array("{}[]\",:\\u0019eE+-. \n/".utf8) + [0, 0x7F, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<400 {
            var text = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
                let place = Int.random(in: 0..<text.count, using: &random)
                let mark = marks.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<5, using: &random) {
                case 0: text[place] = mark
                case 1: text.insert(mark, at: place)
                case 2: text.remove(at: place)
                case 3: text.removeSubrange(place...)
                default: text += text[place...]
                }
            }
            let noise = (0..<64).map { _ in marks.randomElement(using: &random) ?? 0 }
            for input in [text, noise] where Self.problem(input).isEmpty {
                Issue.record("neither valid nor a problem, seed \(seed): \(input)")
            }
        }
    }

    @Test func `A file that can't be read is told apart`() throws {
        let folder = try TemporaryFolder()
        let missing = "\(folder.path)/none.json"
        #expect(
            Self.problem(path: missing)
                == "\(missing): there is no such file; name the settings file with --config")
        for path in [folder.path, "/dev/zero"] {
            #expect(Self.problem(path: path) == "\(path): must be a regular file of at most 1024 KiB")
        }
        #expect(Self.problem(path: "") == ": this is no file name")
        // Root reads everything, so there the rule can't be seen.
        if geteuid() != 0 {
            let secret = try folder.write("secret.json", "{}", mode: 0)
            #expect(Self.problem(path: secret) == "\(secret): this user has no permission to read the file")
        }
    }

    private static func problem(path: String) -> String {
        switch ConfigurationReader.read(path: path) {
        case .valid: "valid"
        case .invalid(let problems): problems.map { "\($0)" }.joined(separator: "\n")
        }
    }
}

/// The generator of Java's SplittableRandom: the same numbers for the same seed, everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
