import Glibc

/// A folder of a test's own, gone when nobody holds it.
final class TemporaryFolder: Sendable {
    private let folder: String

    struct Failed: Error {
        let code = errno
    }

    init() throws {
        var template = Array("/tmp/auth-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed() }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in (try? names()) ?? [] { unlink(path(name)) }
        rmdir(folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func names() throws -> [String] {
        guard let directory = opendir(folder) else { throw Failed() }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func status(_ name: String) throws -> stat {
        var status = stat()
        guard stat(path(name), &status) == 0 else { throw Failed() }
        return status
    }

    func text(_ name: String) throws -> String {
        guard let file = fopen(path(name), "r") else { throw Failed() }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Changes the file in place.
    func write(_ name: String, _ text: String) throws {
        guard let file = fopen(path(name), "w") else { throw Failed() }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failed() }
        guard fchmod(fileno(file), 0o600) == 0 else { throw Failed() }
    }
}
