import Auth
import Glibc
import Testing

@Suite struct RegularFileTests {
    private func fault(_ path: String, limit: Int = 100, whenRead: () -> Void = {}) -> FileFault? {
        do throws(FileFault) {
            _ = try RegularFile(path, limit: limit, whenRead: whenRead)
            return nil
        } catch {
            return error
        }
    }

    @Test func aFileIsReadWhole() throws {
        let folder = try TemporaryFolder()
        for count in [0, 1, 65536, 65537, 300_000] {
            let text = String(repeating: "x", count: count)
            try folder.write("file", text)
            let file = try RegularFile(folder.path("file"), limit: count)
            #expect(file.bytes == Array(text.utf8))
            #expect(FileLook(at: folder.path("file")) == .there(file.stamp))
        }
    }

    /// What is read is one state of the file, however it is changed meanwhile: by whoever replaces it, empties it, or writes on.
    @Test(arguments: ["replaced", "emptied", "longer", "gone and back"])
    func aFileThatChangesMeanwhileIsReadAgain(_ change: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try folder.write("file", "the old text")
        try folder.write("other", "another text")
        var calls = 0
        let file = try RegularFile(path, limit: 100) {
            calls += 1
            guard calls == 1 else { return }
            switch change {
            case "replaced": _ = rename(folder.path("other"), path)
            case "emptied": _ = truncate(path, 0)
            case "longer":
                let descriptor = open(path, O_WRONLY | O_APPEND)
                _ = write(descriptor, " and more", 9)
                close(descriptor)
            default:
                _ = unlink(path)
                _ = rename(folder.path("other"), path)
            }
        }
        let expected = ["emptied": "", "longer": "the old text and more"][change] ?? "another text"
        #expect(String(decoding: file.bytes, as: UTF8.self) == expected)
        #expect(calls == 2)
        #expect(FileLook(at: path) == .there(file.stamp))
    }

    @Test func aFileThatNeverSettlesIsUnknown() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try folder.write("file", "")
        var length = 0
        let fault = fault(path) {
            length += 1
            _ = truncate(path, off_t(length))
        }
        #expect(fault == .unsettled && fault?.look == .unknown)
        #expect(length == 3, "not for ever")
    }

    @Test func aFileThatGoesMeanwhileIsAbsent() throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "text")
        let fault = fault(folder.path("file")) { _ = unlink(folder.path("file")) }
        #expect(fault == .absent && fault?.look == .absent)
    }

    @Test func whatIsNoFileIsNeverWaitedFor() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        #expect(mkdir(folder.path("folder"), 0o700) == 0)
        #expect(symlink("/dev/zero", folder.path("device")) == 0)
        defer { rmdir(folder.path("folder")) }
        for name in ["pipe", "folder", "device"] {
            guard case .irregular(let stamp) = fault(folder.path(name)) else { return #expect(Bool(false), "\(name)") }
            #expect(FileLook(at: folder.path(name)) == .there(stamp), "so it is known")
        }
    }

    @Test func whatTheSystemSaysNothingOfIsUnknown() throws {
        let folder = try TemporaryFolder()
        #expect(symlink("loop", folder.path("loop")) == 0)
        #expect(fault(folder.path("loop"))?.look == .unknown)
        #expect(fault(folder.path("nowhere/file")) == .absent)
        try folder.write("file", "long")
        guard case .tooLong = fault(folder.path("file"), limit: 3) else { return #expect(Bool(false), "it fits") }
    }

    // MARK: - What is followed

    @Test func onlyWhatWasReadIsKnown() throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "text")
        #expect(symlink("loop", folder.path("loop")) == 0)
        var files = FilesRead()
        _ = try files.read(folder.path("file"), limit: 100)
        #expect(throws: FileFault.absent) { try files.read(folder.path("later"), limit: 100) }
        #expect(files.isComplete && !files.isOutdated)
        // What was not there, and comes.
        try folder.write("later", "text")
        #expect(files.isOutdated)
        #expect(unlink(folder.path("later")) == 0)
        #expect(!files.isOutdated)
        // What was read, and changes.
        try folder.write("file", "other text")
        #expect(files.isOutdated)

        var others = FilesRead()
        #expect(throws: FileFault.self) { try others.read(folder.path("loop"), limit: 100) }
        #expect(!others.isComplete && others.isOutdated, "although nothing has changed")
        files.add(others)
        #expect(!files.isComplete)
    }

    /// A file that two things were read from, in two states: one of them is outdated.
    @Test func aFileThatWasReadInTwoStatesIsUnknown() throws {
        let folder = try TemporaryFolder()
        var files = FilesRead()
        for text in ["one", "another"] {
            try folder.write("file", text)
            _ = try files.read(folder.path("file"), limit: 100)
        }
        #expect(!files.isComplete && files.isOutdated)
    }
}
