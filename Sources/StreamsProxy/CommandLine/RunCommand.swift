import Auth
import Dispatch
import Glibc
import HTTPCore

/// `streams-proxy run`: settings, accounts, workers, signals. It returns only where the proxy can't start.
package enum RunCommand {
    package static func run(_ arguments: [String]) -> CommandResult {
        let options: RunOptions
        do throws(UsageError) {
            options = try RunOptions(arguments)
        } catch {
            return error.result(command: RunOptions.Command.run.rawValue)
        }
        if options.isHelpWanted { return CommandResult(exitCode: 0, standardOutput: RunOptions.usage(of: .run)) }
        switch ConfigurationReader.read(path: options.configurationPath) {
        case .invalid(let problems):
            let lines = problems.map { "\($0)\n" }.joined()
            return CommandResult(exitCode: 78, standardError: lines)
        case .valid(let configuration):
            return serve(options.applied(to: configuration))
        }
    }

    private static func serve(_ configuration: Configuration) -> CommandResult {
        if let service = configuration.accountsService {
            let table = DecisionTable(DecisionTable.Settings(configuration.decisionCache))
            return serve(configuration, .service(table, AccountsContract(service)), following: nil)
        }
        let file = AccountsFile(path: configuration.accountsFile)
        switch file.read() {
        case .usable(let document, let readStamp, let warnings):
            for warning in warnings { StandardError.write("\(warning)\n") }
            return serve(configuration, .file(AccountDirectory(document)), following: (file, readStamp))
        case .absent:
            StandardError.write(
                "\(file.path): not there, so nobody can pass yet; `streams-proxy account create` makes it\n")
            let nobody = AccountDirectory(AccountsDocument(signingKey: .random()))
            return serve(configuration, .file(nobody), following: (file, nil))
        case .unusable(let problems, _):
            return CommandResult(exitCode: 78, standardError: problems.map { "\($0)\n" }.joined())
        }
    }

    private static func serve(
        _ configuration: Configuration, _ accounts: AccountsSource, following file: (AccountsFile, since: FileStamp?)?
    ) -> CommandResult {
        // A client or an upstream that is gone is told by the call that writes to it, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        // A terminal that hangs up ends nobody's preview. The accounts file is followed without a signal.
        signal(SIGHUP, SIG_IGN)
        let server: ProxyServer
        do throws(SystemError) {
            server = try ProxyServer(configuration, accounts)
        } catch {
            return CommandResult(exitCode: 71, standardError: "streams-proxy: \(error)\n")
        }
        let watch = file.map { file, stamp in
            AccountsFileWatch(file, since: stamp) { follow($0, by: server) }
        }
        EndingSignals.unblock()
        let signals = EndingSignals.all.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .main)
            source.setEventHandler { server.drain() }
            source.resume()
            return source
        }
        withExtendedLifetime((watch, signals)) { dispatchMain() }
    }

    private static func follow(_ change: AccountsFileWatch.Change, by server: ProxyServer) {
        switch change {
        case .directory(let directory, let warnings):
            for warning in warnings { StandardError.write("\(warning)\n") }
            server.follow(directory)
        case .problems(let problems):
            for problem in problems { StandardError.write("\(problem)\n") }
            StandardError.write("the accounts that were read before stay in force\n")
        }
    }
}
