/// What is known of the files that something was read from, for whoever follows them.
package struct FilesRead: Sendable, Equatable {
    private var looks: [String: FileLook] = [:]

    package init() {}

    /// Whether every file that was wanted was read, or seen not to be as it must. Else another look may come to more.
    package private(set) var isComplete = true

    /// Reads the file and remembers in what state it was.
    package mutating func read(_ path: String, limit: Int) throws(FileFault) -> RegularFile {
        do throws(FileFault) {
            let file = try RegularFile(path, limit: limit)
            note(path, .there(file.stamp))
            return file
        } catch {
            note(path, error.look)
            throw error
        }
    }

    /// Something else that the system refused for the moment.
    package mutating func addFailure() { isComplete = false }

    package mutating func add(_ others: FilesRead) {
        for (path, look) in others.looks { note(path, look) }
        isComplete = isComplete && others.isComplete
    }

    /// What was seen of a file that something else has read. Of one that was read twice, in two states, one is outdated.
    package mutating func note(_ path: String, _ look: FileLook) {
        if let before = looks[path], before != look {
            looks[path] = .unknown
        } else {
            looks[path] = look
        }
        if looks[path] == .unknown { isComplete = false }
    }

    /// Whether reading them again may come to something else.
    package var isOutdated: Bool { looks.contains { $0.value.isOutdated(by: FileLook(at: $0.key)) } }
}
