internal import DemoLunaStreams
internal import Glibc
internal import HTTPCore

/// Prints one line for people and ends with a status of sysexits.h.
func fail(_ message: String, status: Int32) -> Never {
    let line = Array("demo-luna-streams: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(status)
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.contains("--help") {
    print(DemoOptions.usage)
    exit(0)
}

// Everything is in memory, so there is nothing to bring to an end.
for number in EndingSignals.all { signal(number) { _ in _exit(0) } }
EndingSignals.unblock()

do throws(DemoOptions.Problem) {
    let options = try DemoOptions(arguments)
    do throws(SystemError) {
        let server = try DemoServer(options)
        print("listening on \(server.origin)")
        fflush(nil)
        server.run()
    } catch {
        fail(error.description, status: EX_OSERR)
    }
} catch {
    fail("\(error.text)\n\n\(DemoOptions.usage)", status: EX_USAGE)
}
