import DemoLunaStreams
import HTTPCore
import Testing

@Suite struct DemoOptionsTests {
    @Test func optionsAreRead() throws {
        let options = try DemoOptions([
            "--port", "0", "--host", "0.0.0.0", "--seed-account", Sample.account.description,
        ])
        #expect(options.port == 0 && options.host == "0.0.0.0" && options.seedAccount == Sample.account)
        #expect(try DemoOptions([]) == DemoOptions())
        #expect(DemoOptions().port == 5160 && DemoOptions().host == "127.0.0.1")
    }

    @Test(arguments: [
        ["--port"], ["--port", "x"], ["--port", "-1"], ["--port", "+1"], ["--port", "65536"], ["--port", ""],
        ["--seed-account", "me"], ["--verbose"], ["5160"], ["--host"],
    ])
    func whatCannotBeFollowedIsAProblem(_ arguments: [String]) {
        #expect(throws: DemoOptions.Problem.self) { try DemoOptions(arguments) }
    }
}
