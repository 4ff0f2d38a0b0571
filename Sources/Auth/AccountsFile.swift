internal import Glibc

/// The accounts file (`CONFIG_AUTHORIZATION_USERS`) as a file: read whole, replaced whole, never changed in place.
package struct AccountsFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// What reading the file came to.
    package enum Reading: Sendable {
        /// Usable, perhaps with warnings. `stamp` is for `AccountsFileWatch`.
        case usable(AccountsDocument, FileStamp, warnings: [AccountsProblem])
        case unusable([AccountsProblem], FileStamp?)
        case absent
    }

    /// More than any accounts file has; what is bigger is the wrong file.
    private static let maximumSize = 64 << 20

    package func read() -> Reading {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor == -1 {
            let code = errno
            return code == ENOENT ? .absent : .unusable([failure("cannot be opened", code)], nil)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .unusable([failure("cannot be looked at", errno)], nil) }
        let stamp = FileStamp(status)
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.maximumSize else {
            let text = "must be a regular file of at most \(Self.maximumSize >> 20) MiB"
            return .unusable([AccountsProblem(file: path, text: text)], stamp)
        }
        let text: [UInt8]
        do {
            text = try Self.contents(of: descriptor, size: Int(status.st_size))
        } catch {
            return .unusable([failure("cannot be read", error.code)], stamp)
        }
        var reader = AccountsReader(text, file: path)
        guard let document = reader.document() else { return .unusable(reader.problems, stamp) }
        var warnings: [AccountsProblem] = []
        if status.st_mode & 0o077 != 0 {
            let mode = String(status.st_mode & 0o7777, radix: 8)
            let text = "has mode 0\(mode), so others than its owner can use it; it should be 0600"
            warnings.append(AccountsProblem(.warning, file: path, text: text))
        }
        return .usable(document, stamp, warnings: warnings)
    }

    private static func contents(of descriptor: Int32, size: Int) throws(SystemCallFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than expected, to see the end, or that the file has grown since.
        var chunk = [UInt8](repeating: 0, count: size + 1)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == -1 {
                if errno == EINTR { continue }
                throw SystemCallFailure(code: errno)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > maximumSize { throw SystemCallFailure(code: EFBIG) }
        }
    }

    private func failure(_ what: String, _ code: Int32) -> AccountsProblem {
        AccountsProblem(file: path, text: "\(what): \(SystemCallFailure(code: code))")
    }

    // MARK: - Changing

    /// Why a change was not made.
    package enum UpdateFailure<Refusal: Error & Sendable>: Error {
        case problems([AccountsProblem])
        case refused(Refusal)
    }

    /// Reads, changes and replaces the file as one step: nobody else who does so comes between, and a reader sees the old
    /// file or the new one, whole, even after a power failure. Where `edit` throws, the file stays as it is. An absent
    /// file counts as one without accounts, with a new signing key.
    package func update<Result, Refusal: Error & Sendable>(
        _ edit: (inout AccountsDocument) throws(Refusal) -> Result
    ) throws(UpdateFailure<Refusal>) -> Result {
        // Whoever comes by a link waits for the same lock: the draft, too, has its name from the file itself.
        let target = FileReplacement.resolved(path)
        let lock: FileLock
        do throws(SystemCallFailure) {
            lock = try FileLock(path: "\(target).lock")
        } catch {
            throw .problems([failure("its lock \(target).lock cannot be had", error.code)])
        }
        var document: AccountsDocument
        switch read() {
        case .usable(let read, _, warnings: _): document = read
        case .unusable(let problems, _): throw .problems(problems)
        case .absent: document = AccountsDocument(signingKey: .random())
        }
        let result: Result
        do throws(Refusal) {
            result = try edit(&document)
        } catch {
            throw .refused(error)
        }
        let text = AccountsWriter.text(of: document)
        // No change may make a file that can't be read again: nobody could get in, and nobody could change it back.
        var reader = AccountsReader(text, file: path)
        guard text.count <= Self.maximumSize, reader.document() != nil else {
            throw .problems([AccountsProblem(file: path, text: "would not be readable after the change, so it stays")])
        }
        do throws(SystemCallFailure) {
            try FileReplacement.replace(target, with: text)
        } catch {
            throw .problems([failure("cannot be written", error.code)])
        }
        lock.release()
        return result
    }
}
