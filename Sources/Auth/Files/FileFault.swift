/// Why a file was not read.
package enum FileFault: Error, Sendable, Equatable {
    case absent
    /// A folder, a pipe, a device, a socket.
    case irregular(FileStamp)
    case tooLong(FileStamp)
    /// It was another one, or in another state, at each end of reading it.
    case unsettled
    /// The system refused: of this moment, of these rights. It says nothing of the file.
    case failed(SystemCallFailure)

    /// What is known of the file by this.
    package var look: FileLook {
        switch self {
        case .absent: .absent
        case .irregular(let stamp), .tooLong(let stamp): .there(stamp)
        case .unsettled, .failed: .unknown
        }
    }
}
