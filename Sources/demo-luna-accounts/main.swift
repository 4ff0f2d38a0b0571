internal import DemoLunaAccounts
internal import Glibc
internal import HTTPCore

/// Prints one line for people and ends with a status of sysexits.h.
func fail(_ message: String, status: Int32) -> Never {
    let line = Array("demo-luna-accounts: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(status)
}

/// The file's bytes; nil where it can't be read.
func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return ferror(file) == 0 ? bytes : nil }
        bytes += buffer[..<count]
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.contains("--help") {
    print(DemoAccountsOptions.usage)
    exit(0)
}

// Everything is in memory, so there is nothing to bring to an end.
for number in EndingSignals.all { signal(number) { _ in _exit(0) } }
EndingSignals.unblock()
signal(SIGPIPE, SIG_IGN)

do throws(DemoAccountsOptions.Problem) {
    let options = try DemoAccountsOptions(arguments)
    guard let text = read(options.accountsPath) else {
        fail("\(options.accountsPath) can't be read", status: EX_NOINPUT)
    }
    do throws(DemoAccounts.Problem) {
        let accounts = try DemoAccounts(text)
        do throws(SystemError) {
            let server = try DemoAccountsServer(options, accounts)
            print("listening on \(server.origin)")
            fflush(nil)
            server.run()
        } catch {
            fail(error.description, status: EX_OSERR)
        }
    } catch {
        fail("\(options.accountsPath): \(error.text)", status: EX_DATAERR)
    }
} catch {
    fail("\(error.text)\n\n\(DemoAccountsOptions.usage)", status: EX_USAGE)
}
