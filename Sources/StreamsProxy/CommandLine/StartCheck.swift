import Glibc
import HTTPCore

/// What the system would refuse to `run` with valid settings: seen without listening, and without leaving a file behind.
enum StartCheck {
    static func refusals(_ configuration: Configuration) -> [SystemError] {
        var refusals: [SystemError] = []
        if let file = configuration.logger.file, let refusal = LogFile.refusal(path: file) { refusals.append(refusal) }
        do throws(SystemError) {
            try ListeningSocket.check(host: configuration.listener.host)
        } catch {
            refusals.append(error)
        }
        return refusals
    }
}
