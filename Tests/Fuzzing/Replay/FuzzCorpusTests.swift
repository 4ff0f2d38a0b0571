import FuzzTargets
import Glibc
import HTTPCore
import Testing

/// Every input of the corpus, findings of the past among them, in every test run: without libFuzzer, at full speed.
struct FuzzCorpusTests {
    private static let corpus = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/corpus"

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func content(_ path: String) -> [UInt8]? {
        let descriptor = Descriptor(open(path, O_RDONLY | O_CLOEXEC))
        guard descriptor.number >= 0 else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor.number, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    @Test func `Each target has a corpus, and each corpus a target`() {
        #expect(Self.names(in: Self.corpus) == FuzzTarget.all.map(\.name).sorted())
    }

    @Test(arguments: FuzzTarget.all)
    func `No input of the corpus breaks a promise`(_ target: FuzzTarget) throws {
        let folder = "\(Self.corpus)/\(target.name)"
        let names = Self.names(in: folder)
        #expect(names.count >= 3)
        for name in names {
            let input = try #require(Self.content("\(folder)/\(name)"))
            do throws(Finding) {
                try target.run(input)
            } catch {
                Issue.record("\(target.name)/\(name): \(error)")
            }
        }
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    package var testDescription: String { name }
}
