/// Which of the known names someone probably meant.
enum NearestName {
    /// The known name that the fewest changes of a character lead to; nil where none is near enough to be meant.
    /// Case, and `-` in place of `_`, count for little: LUNA's own names mix them.
    static func of(_ name: String, among known: [String]) -> String? {
        // Longer than any name of ours by far: no misspelling, and not worth the time.
        guard !name.isEmpty, name.utf8.count <= 80 else { return nil }
        let written = folded(name)
        var nearest: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(written, folded(candidate))
            guard distance <= max(2, min(written.count, candidate.utf8.count) / 3) else { continue }
            if let best = nearest, best.distance <= distance { continue }
            nearest = (candidate, distance)
        }
        return nearest?.name ?? completed(written, among: known)
    }

    /// The one known name that has all words of `written` and the fewest besides: `cert` of `tls_cert`.
    private static func completed(_ written: [UInt8], among known: [String]) -> String? {
        let wanted = words(written)
        guard !wanted.isEmpty else { return nil }
        let matches = Set(known).map { (name: $0, words: words(folded($0))) }.filter { $0.words.isSuperset(of: wanted) }
        guard let least = matches.map(\.words.count).min() else { return nil }
        let shortest = matches.filter { $0.words.count == least }
        return shortest.count == 1 ? shortest[0].name : nil
    }

    private static func words(_ name: [UInt8]) -> Set<[UInt8]> {
        Set(name.split(separator: UInt8(ascii: "_")).map(Array.init))
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// Levenshtein's: insertions, deletions and replacements, one each.
    static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var previous = Array(0...second.count)
        for (row, byte) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                current.append(
                    min(previous[column] + (byte == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[second.count]
    }
}
