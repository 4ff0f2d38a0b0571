internal import Glibc

/// The accounts file (`CONFIG_AUTHORIZATION_USERS`) as a file: read whole, replaced whole, never changed in place.
package struct AccountsFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Whether a file could be made there.
    package var isFolderThere: Bool { access(FileReplacement.folder(of: path), F_OK) == 0 }

    /// What reading the file came to.
    package enum Reading: Sendable {
        /// Usable, perhaps with warnings. `stamp` is for `AccountsFileWatch`.
        case usable(AccountsDocument, FileStamp, warnings: [AccountsProblem])
        /// With what is known of the file now.
        case unusable([AccountsProblem], FileLook)
        case absent
    }

    /// More than any accounts file has; what is bigger is the wrong file.
    private static let maximumSize = 64 << 20

    /// Whatever `permissions` are in `known` already are had from there.
    package func read(knowing known: AccountDirectory? = nil) -> Reading {
        let read: RegularFile
        do throws(FileFault) {
            read = try RegularFile(path, limit: Self.maximumSize)
        } catch {
            return unread(error)
        }
        var reader = AccountsReader(read.bytes, file: path, knowing: PermissionsPool(known))
        guard let document = reader.document() else { return .unusable(reader.problems, .there(read.stamp)) }
        var warnings = reader.warnings
        if read.mode & 0o077 != 0 {
            let mode = String(read.mode, radix: 8)
            let text = "has mode 0\(mode), so others than its owner can use it; it should be 0600"
            warnings.append(AccountsProblem(.warning, file: path, text: text))
        }
        return .usable(document, read.stamp, warnings: warnings)
    }

    private func unread(_ fault: FileFault) -> Reading {
        let sentence: String
        switch fault {
        case .absent: return .absent
        case .irregular, .tooLong: sentence = "must be a regular file of at most \(Self.maximumSize >> 20) MiB"
        case .unsettled: sentence = "changes while it is read"
        case .failed(let failure): return .unusable([self.failure("cannot be read", failure)], fault.look)
        }
        return .unusable([AccountsProblem(file: path, text: sentence)], fault.look)
    }

    private func failure(_ what: String, _ failure: SystemCallFailure) -> AccountsProblem {
        AccountsProblem(file: path, text: "\(what): \(failure)", isSystems: true)
    }

    // MARK: - Changing

    /// Why a change was not made.
    package enum UpdateFailure<Refusal: Error & Sendable>: Error {
        case problems([AccountsProblem])
        /// Somebody else has been changing the file for longer than could be waited.
        case busy
        case refused(Refusal)
    }

    /// Milliseconds that a change waits for others by default. None of ours takes nearly as long.
    package static let patience = 5000

    /// Reads, changes and replaces the file as one step: nobody else who does so comes between, and a reader sees the old
    /// file or the new one, whole, even after a power failure. Where `edit` throws, the file stays as it is. An absent
    /// file counts as one without accounts, with a new signing key.
    ///
    /// `follow` is told what the file holds then, before anybody else can change it. What is in `known` is had from there.
    package func update<Result, Refusal: Error & Sendable>(
        knowing known: AccountDirectory? = nil, patience: Int = AccountsFile.patience,
        _ edit: (inout AccountsDocument) throws(Refusal) -> Result,
        follow: (AccountsDocument) -> Void = { _ in }
    ) throws(UpdateFailure<Refusal>) -> Result {
        // Whoever comes by a link waits for the same lock: the draft, too, has its name from the file itself.
        let target = FileReplacement.resolved(path)
        let lock: FileLock
        do throws(SystemCallFailure) {
            lock = try FileLock(on: target, patience: patience)
        } catch {
            if error.code == EWOULDBLOCK { throw .busy }
            throw .problems([failure("its lock \(FileLock.path(target)) cannot be had", error)])
        }
        var document: AccountsDocument
        switch read(knowing: known) {
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
        // What has been read back is what everybody goes by: it is what the file holds.
        document = AccountsDocument(signingKey: document.signingKey)
        var reader = AccountsReader(text, file: path, knowing: PermissionsPool(known))
        guard text.count <= Self.maximumSize, let written = reader.document() else {
            throw .problems([AccountsProblem(file: path, text: "would not be readable after the change, so it stays")])
        }
        do throws(SystemCallFailure) {
            try FileReplacement.replace(target, with: text)
        } catch {
            throw .problems([failure("cannot be written", error)])
        }
        follow(written)
        lock.release()
        return result
    }
}
