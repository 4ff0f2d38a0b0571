import Glibc

/// A folder of its own for a test, gone with the value.
final class TemporaryFolder {
    struct Failure: Error {
        let code: Int32
    }

    let path: String
    private var files: [String] = []

    init() throws(Failure) {
        var template = Array("/tmp/streams-proxy-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        path = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The path of a new file with that name, text and mode.
    func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws(Failure) -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        files.append(file)
        guard fchmod(descriptor, mode) == 0 else { throw Failure(code: errno) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
        return file
    }

    deinit {
        for file in files { unlink(file) }
        rmdir(path)
    }
}
