internal import Glibc

/// What lies in a folder.
package enum FolderNames {
    /// Nil where the system does not say; none where there is no such folder.
    package static func read(_ path: String) -> [String]? {
        let descriptor = DescriptorReserve.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return descriptor == -ENOENT || descriptor == -ENOTDIR ? [] : nil }
        guard let folder = fdopendir(descriptor) else {
            DescriptorReserve.close(descriptor)
            return nil
        }
        defer {
            closedir(folder)
            DescriptorReserve.refill()
        }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                        String(cString: $0)
                    }
                })
        }
        return names
    }

    /// None where they can't be had.
    package static func of(_ path: String) -> [String] { read(path) ?? [] }
}
