import StreamsProxy
import Testing

/// The command line of `run` and `check`, and what `check` prints.
struct ConfigurationCommandTests {
    @Test func `Options come in any order and in both spellings`() throws {
        let options = try RunOptions(["--port", "0", "--config=a=b.json", "--workers", "2", "--host", "[::1]"])
        #expect(options.configurationPath == "a=b.json")
        #expect(options.port == 0)
        #expect(options.workers == 2)
        #expect(options.host == "::1")
        let defaults = try RunOptions([])
        #expect(defaults.configurationPath == "config.json")
        #expect(defaults.port == nil && defaults.workers == nil && defaults.host == nil && !defaults.isHelpWanted)
        #expect(try RunOptions(["--help"]).isHelpWanted)
    }

    @Test(arguments: [
        (["--prot", "1"], "unknown option --prot; did you mean --port?"),
        (["--prot=1"], "unknown option --prot; did you mean --port?"),
        (
            ["-x"],
            "unknown option -x; known: --config, --host, --port, --workers, --tls_cert, --tls_key, --tls_key_pass, "
                + "--tls_key_pass_file, --help, --probe, --header"
        ),
        (["--tls_key", "k"], "--tls_key needs --tls_cert"),
        (["--tls_key_pass", "secret"], "--tls_key_pass and --tls_key_pass_file need --tls_cert"),
        (
            ["--tls_cert", "c", "--tls_key_pass", "secret", "--tls_key_pass_file", "f"],
            "--tls_key_pass and --tls_key_pass_file: there is one passphrase"
        ),
        (["--tls_cert", "c", "--tls_key_pass", "two", "words"], "an argument that belongs to no option"),
        (["--tls_cert", "c", "--tls_key_pas=secret"], "unknown option --tls_key_pas; did you mean --tls_key_pass?"),
        (["--probe=1"], "--probe takes no value"),
        (["--probe", "--probe"], "--probe is given twice"),
        (["--header", "Authorization: Bearer secret"], "--header is for --probe"),
        (["--probe", "--header", "secret"], "--header must be 'Authorization: …' or 'Luna-Account-Id: …'"),
        (["--probe", "--header", "Cookie: secret"], "--header must be 'Authorization: …' or 'Luna-Account-Id: …'"),
        (["x"], #"unexpected argument "x""#),
        (["--port"], "--port needs a value"),
        (["--port="], "--port needs a value"),
        (["--port", "1", "--port", "2"], "--port is given twice"),
        (["--port", "65536"], #"--port: found "65536"; must be a port from 1 to 65535, or 0 for any free one"#),
        (["--port", "-1"], #"--port: found "-1"; must be a port from 1 to 65535, or 0 for any free one"#),
        (["--workers", "0"], #"--workers: found "0"; must be a number of workers from 1 to 256"#),
        (["--workers", "257"], #"--workers: found "257"; must be a number of workers from 1 to 256"#),
        (["--host", "a b"], #"--host: found "a b"; must be a host name or an IP address"#),
        (["--host", "http://h"], #"--host: found "http://h"; must be a host name or an IP address"#),
    ])
    func `A wrong command line is named`(_ arguments: [String], _ sentence: String) {
        #expect(throws: UsageError(sentence)) { try RunOptions(arguments, of: .check) }
        let result = CheckCommand.run(arguments)
        #expect(result.exitCode == 64)
        #expect(result.standardOutput.isEmpty)
        #expect(
            result.standardError == "streams-proxy check: \(sentence)\nTry: streams-proxy check --help\n")
    }

    @Test func `The settings are read again only where that is asked for`() throws {
        #expect(try RunOptions([]).reloadInterval == nil)
        #expect(try RunOptions(["--config-reload"]).reloadInterval == .seconds(10))
        #expect(try RunOptions(["--pulling-time=3", "--config-reload"]).reloadInterval == .seconds(3))
    }

    @Test(arguments: [
        (["--config-reload=1"], "--config-reload takes no value"),
        (["--pulling-time", "3"], "--pulling-time is for --config-reload"),
        (
            ["--config-reload", "--pulling-time", "0"],
            #"--pulling-time: found "0"; must be a whole number of seconds from 1 to 3600"#
        ),
        (
            ["--config-reload", "--pulling-time", "3601"],
            #"--pulling-time: found "3601"; must be a whole number of seconds from 1 to 3600"#
        ),
    ])
    func `A wrong command line of run is named`(_ arguments: [String], _ sentence: String) {
        #expect(throws: UsageError(sentence)) { try RunOptions(arguments) }
    }

    @Test func `Options win over the defaults of the listener`() throws {
        let upstream = UpstreamAddress(isSecure: false, host: "h", port: 1, basePath: "", apiVersion: 1)
        let configuration = Configuration(upstream: upstream, accountsFile: "/a")
        #expect(try RunOptions([]).applied(to: configuration) == configuration)
        let listener = try RunOptions(["--host", "0.0.0.0", "--port", "80", "--workers", "3"])
            .applied(to: configuration).listener
        #expect(listener.host == "0.0.0.0" && listener.port == 80 && listener.workers == 3)
    }

    @Test func `Check tells what valid settings come to`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "config.json",
            """
            {"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
              "luna-streams-address": {"origin": "http://[::1]:5160/luna/2/", "api_version": 2},
              "luna-streams-timeouts": {"request": 42, "connect": 0.25, "sock_connect": 0.1},
              "mount": "/s"}}}
            """)
        let result = CheckCommand.run(["--config", file, "--port", "8080", "--workers", "1"])
        #expect(result.exitCode == 0)
        let accounts = "\(folder.path)/accounts.json"
        #expect(result.standardError.isEmpty)
        #expect(
            result.standardOutput == """
                \(file): valid

                Listens on
                  http://127.0.0.1:8080, 1 worker

                Routes
                  /s/version                                    http://[::1]:5160/luna/version
                  /s/docs/spec                                  http://[::1]:5160/luna/2/docs/spec
                  /s/plugins                                    http://[::1]:5160/luna/2/plugins
                  /s/streams                                    http://[::1]:5160/luna/2/streams
                  /s/streams/count                              http://[::1]:5160/luna/2/streams/count
                  /s/streams/logs                               http://[::1]:5160/luna/2/streams/logs
                  /s/streams/<stream-id>                        http://[::1]:5160/luna/2/streams/<stream-id>
                  /s/streams/<stream-id>/preview/handler/live   http://[::1]:5160/luna/2/streams/<stream-id>/preview/handler/live
                  /s/streams/<stream-id>/preview/handler/frame  http://[::1]:5160/luna/2/streams/<stream-id>/preview/handler/frame

                Own routes
                  /version, /plugins, /healthcheck  open to everybody
                  /6/tokens, /6/tokens/{token_id}, /6/account  by login and password

                Timeouts
                  ordinary calls  TCP connection 0.1 s, connection 0.25 s, whole answer 42 s
                  live preview    TCP connection 0.1 s, connection 0.25 s, answer's head 42 s, silence 60 s
                  client          first byte 10 s, request's head 10 s, silence in content 60 s, idle 15 s
                  end             calls and previews get 30 s

                Limits
                  request's head   32768 bytes, its line 8192, 100 fields
                  request content  1073741824 bytes, at least 500 a second over 10 s
                  connections      as many as there are descriptors for on a worker, 16384 of a client address
                  buffered         268435456 bytes on a worker
                  answer's head    32768 bytes, 100 fields

                Watched by
                  log      json, INFO and above, to standard output
                  metrics  off

                Credentials
                  Basic, Bearer    accounts file \(accounts): not there yet; make it with: streams-proxy account create
                  Luna-Account-Id  off

                """)
    }

    @Test func `Check warns of doors that are open`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "config.json",
            """
            {"ALLOW_LUNA_ACCOUNT_AUTH_HEADER": 1, "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
              "luna-streams-address": {"origin": "http://localhost"}, "account-isolation": 0}}}
            """)
        let header = "  ALLOW_LUNA_ACCOUNT_AUTH_HEADER is on: whoever knows an account's id is let in\n"
        let isolation = "  account-isolation is off: every account reaches the streams of all\n"
        for host in ["127.0.0.1", "localhost", "::1"] {
            let text = CheckCommand.run(["--config", file, "--host", host]).standardOutput
            #expect(text.hasSuffix("\nWarnings\n\(header)\(isolation)"), "\(text)")
        }
        for (host, url) in [("0.0.0.0", "http://0.0.0.0"), ("::", "http://[::]")] {
            let text = CheckCommand.run(["--config", file, "--host", host]).standardOutput
            let tls = "  \(url): no TLS, so passwords and tokens cross the network as they are\n"
            #expect(text.hasSuffix("\nWarnings\n\(tls)\(header)\(isolation)"), "\(text)")
        }
    }

    @Test func `Check tells that traces are made, where they are`() throws {
        let folder = try TemporaryFolder()
        for (value, isTold) in [(0, false), (1, true)] {
            let file = try folder.write(
                "config.json",
                """
                {"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"trace-context": \(value),
                  "luna-streams-address": {"origin": "http://localhost"}}}}
                """)
            let text = CheckCommand.run(["--config", file]).standardOutput
            #expect(text.contains("\n  traces   made for requests that come without one\n") == isTold, "\(text)")
        }
    }

    @Test func `Check prints every problem and exits 78`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("config.json", #"{"A": 1, "ALLOW_LUNA_ACCOUNT_AUTH_HEADER": 2}"#)
        let result = CheckCommand.run(["--config", file])
        #expect(result.exitCode == 78)
        #expect(result.standardOutput.isEmpty)
        let lines = result.standardError.split(separator: "\n").map { $0.dropFirst(folder.path.count + 1) }
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("config.json:1:1: LUNA_API_PLUGINS_SETTINGS: missing; "))
        #expect(lines[1].hasPrefix("config.json:1:2: A: unknown setting; "))
        #expect(lines[2].hasPrefix("config.json:1:44: ALLOW_LUNA_ACCOUNT_AUTH_HEADER: found 2; "))
        #expect(result.standardError.hasSuffix("\n3 problems\n"))
    }

    @Test func `Only check asks services`() {
        for option in ["--probe", "--header"] {
            #expect(throws: UsageError.self) { try RunOptions([option, "Authorization: Basic x"]) }
        }
        #expect(!RunOptions.usage(of: .run).contains("--probe"))
        #expect(RunOptions.usage(of: .check).contains("--probe"))
    }

    @Test func `Help is no error`() {
        let result = CheckCommand.run(["--help"])
        #expect(result == CommandResult(exitCode: 0, standardOutput: RunOptions.usage(of: .check)))
        #expect(RunOptions.usage(of: .run).hasPrefix("usage: streams-proxy run "))
    }
}
