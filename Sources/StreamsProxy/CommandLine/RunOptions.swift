/// The options of `run` and `check`. What the command line says wins over the settings file.
package struct RunOptions: Sendable, Equatable {
    /// The commands that take these options.
    package enum Command: String, Sendable {
        case run, check
    }

    /// `--config`: the settings file.
    package private(set) var configurationPath = "config.json"
    /// `--host`, without the brackets of an IPv6 address; nil where it is not given, like the two below.
    package private(set) var host: String?
    /// `--port`, 0 to 65535; 0 lets the system choose.
    package private(set) var port: Int?
    /// `--workers`, 1 to 256.
    package private(set) var workers: Int?
    /// `--beside`, of `run`: another proxy may be listening on that address.
    package private(set) var isBeside = false
    /// `--config-reload` and `--pulling-time`, of `run`: how often the settings file is looked at; nil for never.
    package private(set) var reloadInterval: Duration?
    private var tls = TLSOptions()
    /// `--help`: the usage text is all that is wanted.
    package private(set) var isHelpWanted = false

    /// `--probe`, of `check`: the services are asked.
    package private(set) var isProbeWanted = false
    /// `--header`, of `check`: what they are asked about.
    package private(set) var probeCredential: ProbeCredential?

    private static func names(of command: Command) -> [String] {
        let common = ["--config", "--host", "--port", "--workers"] + TLSOptions.names + ["--help"]
        return switch command {
        case .run: common + ["--beside", "--config-reload", "--pulling-time"]
        case .check: common + ["--probe", "--header"]
        }
    }

    /// `arguments` are those after the command. Options are written `--port 5000` or `--port=5000`, each once.
    package init(_ arguments: [String], of command: Command = .run) throws(UsageError) {
        let names = Self.names(of: command)
        var rest = arguments[...]
        var seen: Set<String> = []
        var isReloadWanted = false
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" {
                isHelpWanted = true
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard names.contains(name), name != "--help" else {
                if tls.holdsPassphrase, name.utf8.first != UInt8(ascii: "-") {
                    throw UsageError("an argument that belongs to no option")
                }
                throw Self.unknown(name, among: names)
            }
            guard seen.insert(name).inserted else { throw UsageError("\(name) is given twice") }
            if ["--beside", "--probe", "--config-reload"].contains(name) {
                guard parts.count == 1 else { throw UsageError("\(name) takes no value") }
                isBeside = isBeside || name == "--beside"
                isProbeWanted = isProbeWanted || name == "--probe"
                isReloadWanted = isReloadWanted || name == "--config-reload"
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
                throw UsageError("\(name) needs a value")
            }
            if try !tls.take(name, value) { try set(name, value) }
        }
        try tls.check()
        if probeCredential != nil, !isProbeWanted { throw UsageError("--header is for --probe") }
        if reloadInterval != nil, !isReloadWanted { throw UsageError("--pulling-time is for --config-reload") }
        if isReloadWanted { reloadInterval = reloadInterval ?? .seconds(10) }
    }

    private mutating func set(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--config": configurationPath = value
        case "--host":
            let isAddress = HostName.isIPv6(value)
            guard let host = isAddress ? value.lowercased() : HostName.parse(value) else {
                throw Self.wrong(name, value, "must be a host name or an IP address")
            }
            self.host = host
        case "--port":
            guard let port = PortNumber.parse(value) else {
                throw Self.wrong(name, value, "must be a port from 1 to 65535, or 0 for any free one")
            }
            self.port = port
        case "--workers":
            guard let workers = PortNumber.parse(value), (1...256).contains(workers) else {
                throw Self.wrong(name, value, "must be a number of workers from 1 to 256")
            }
            self.workers = workers
        case "--pulling-time":
            guard let seconds = PortNumber.parse(value), (1...3600).contains(seconds) else {
                throw Self.wrong(name, value, "must be a whole number of seconds from 1 to 3600")
            }
            reloadInterval = .seconds(seconds)
        case "--header":
            guard let credential = ProbeCredential(value) else {
                // Not shown: it is likely to be a secret.
                throw UsageError("--header must be 'Authorization: …' or 'Luna-Account-Id: …'")
            }
            probeCredential = credential
        default: throw Self.unknown(name, among: [])
        }
    }

    private static func wrong(_ name: String, _ value: String, _ rule: String) -> UsageError {
        UsageError("\(name): found \(Displayed.quoted(value)); \(rule)")
    }

    private static func unknown(_ name: String, among names: [String]) -> UsageError {
        guard name.utf8.starts(with: "-".utf8) else {
            return UsageError("unexpected argument \(Displayed.quoted(name))")
        }
        let hint = NearestName.of(name, among: names).map { "did you mean \($0)?" }
        return UsageError(
            "unknown option \(Displayed.text(name)); \(hint ?? "known: \(names.joined(separator: ", "))")")
    }

    /// `configuration` with the listener and the certificate that the command line asks for.
    package func applied(to configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.listener.host = host ?? configuration.listener.host
        configuration.listener.port = port ?? configuration.listener.port
        configuration.listener.workers = workers ?? configuration.listener.workers
        configuration.listener.isBeside = isBeside
        configuration.tls = tls.settings ?? configuration.tls
        return configuration
    }

    package static func usage(of command: Command) -> String {
        let purpose =
            switch command {
            case .run: "Starts the proxy. It runs until SIGTERM or SIGINT; on SIGHUP it reads the settings again."
            case .check:
                "Reads the settings as run would, tells every problem or what they come to, and starts nothing."
            }
        let start = "usage: streams-proxy \(command.rawValue) "
        let indent = String(repeating: " ", count: start.utf8.count)
        let (synopsis, probe, exitCodes, examples) =
            switch command {
            case .run:
                (
                    "[--config-reload [--pulling-time SECONDS]] [--beside]",
                    """

                      --beside           listen although another proxy does on that address: clients go to either
                      --config-reload    read the settings again whenever the file has changed
                      --pulling-time SECONDS
                                         how often it is looked at (default 10)
                    """,
                    "",
                    [
                        "streams-proxy run --config /etc/streams-proxy/config.json --host 0.0.0.0 --port 5000",
                        "streams-proxy run --tls_cert chain.pem --tls_key key.pem --config-reload",
                    ]
                )
            case .check:
                (
                    "[--probe [--header FIELD]]",
                    """

                      --probe            ask Luna-Streams for its version, and Luna-Accounts, where it decides, about a
                                         credential; tell what came
                      --header FIELD     the credential: 'Authorization: …' or 'Luna-Account-Id: …'
                    """,
                    "69 a service is not well, ",
                    [
                        "streams-proxy check --config /etc/streams-proxy/config.json",
                        "streams-proxy check --probe --header \"Authorization: Bearer $TOKEN\"",
                    ]
                )
            }
        return """
            \(start)[--config FILE] [--host HOST] [--port PORT] [--workers NUMBER]
            \(indent)[--tls_cert FILE [--tls_key FILE] [--tls_key_pass_file FILE]]
            \(indent)\(synopsis)

            \(purpose)

              --config FILE      the settings file (default config.json)
              --host HOST        the name or address to listen on (default 127.0.0.1)
              --port PORT        the port to listen on, 0 for any free one (default 5000)
              --workers NUMBER   event loops, 1 to 256 (default one per core that this process may use)
              --tls_cert FILE    PEM of the certificate and those that issued it: clients are met by TLS
              --tls_key FILE     PEM of its private key (default in the same file)
              --tls_key_pass_file FILE
                                 file whose first line is the passphrase of that key
              --tls_key_pass PASSPHRASE
                                 the passphrase itself, which every user of this machine can then see\(probe)
              --help             this text

            Examples:
            \(examples.map { "  \($0)" }.joined(separator: "\n"))

            Exit codes: 0 done, 64 wrong usage, \(exitCodes)71 the system refused (port in use …), 78 wrong settings.

            """
    }
}
