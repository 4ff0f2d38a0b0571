import Glibc
import StreamsProxy

let arguments = Array(CommandLine.arguments.dropFirst())
let result = StreamsProxyCommand.run(arguments)
StandardOutput.write(result.standardOutput)
StandardError.write(result.standardError)
exit(result.exitCode)
