import StreamsProxy
import Testing

/// What an interpreter answers, by programs that stand in for one.
struct PythonQuestionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write("teapot.py", "")
    }

    /// The problem that `check` reports where the interpreter is this shell script.
    private func problem(_ script: String, seconds: Int = 30) throws -> String? {
        let python = try folder.write("python", "#!/bin/sh\n\(script)\n", mode: 0o700)
        let text = """
            {"LUNA_API_ACTIVE_PLUGINS": ["teapot"],
            "LUNA_API_PLUGIN_HOST": {"folder": ".", "python": "./python"}}
            """
        switch ConfigurationReader.read(
            text: Array(text.utf8), file: "\(folder.path)/config.json", asking: .running(seconds: seconds))
        {
        case .valid: return nil
        case .invalid(let problems):
            #expect(problems.count == 1)
            let line = "\(problems[0])"
            let beginning = "\(folder.path)/config.json:2:51: LUNA_API_PLUGIN_HOST.python: found \"\(python)\"; "
            let packageBeginning = "\(folder.path)/config.json:1:30: LUNA_API_ACTIVE_PLUGINS[0]: found \"\(python)\"; "
            if line.hasPrefix(packageBeginning) { return "package: \(line.dropFirst(packageBeginning.count))" }
            #expect(line.hasPrefix(beginning))
            return String(line.dropFirst(beginning.count))
        }
    }

    @Test
    func `One that has all will do`() throws {
        #expect(try problem("echo python 3.9") == nil)
        #expect(try problem("echo python 3.14") == nil)
    }

    @Test
    func `What is missing is named`() throws {
        #expect(try problem("echo python 3.8") == "is Python 3.8; plugins need Python 3.9 or newer")
        #expect(try problem("echo python 2.7 aiohttp") == "is Python 2.7; plugins need Python 3.9 or newer")
        #expect(
            try problem("echo python 3.11 aiohttp luna_plugins")
                == "can't import aiohttp, which plugins need; on Debian and Ubuntu: apt install python3-aiohttp")
        let package = try #require(try problem("echo python 3.11 luna_plugins"))
        #expect(package.hasPrefix("package: does not find luna_plugins in \""))
        #expect(try problem("exit 1") == "is no Python")
        #expect(try problem("echo Hello, world") == "is no Python")
    }

    @Test
    func `One that says nothing is not waited for`() throws {
        #expect(try problem("exec sleep 600", seconds: 1) == "does not answer within 1 s")
    }

    @Test
    func `A file that is no program can't be run`() throws {
        let text = """
            {"LUNA_API_ACTIVE_PLUGINS": ["teapot"], "LUNA_API_PLUGIN_HOST": {"folder": ".", "python": "./teapot.py"}}
            """
        switch ConfigurationReader.read(
            text: Array(text.utf8), file: "\(folder.path)/config.json", asking: .running())
        {
        case .valid: Issue.record("an empty file is no Python")
        case .invalid(let problems):
            #expect("\(problems[0])".hasSuffix("can't be run: posix_spawn: Permission denied"))
        }
    }
}
