/// What a request does to a stream, in the words of a token's `permissions`. Which method is which verb: the routes say.
package enum Verb: UInt8, Sendable, Equatable, CaseIterable {
    case creation
    case view
    case modification
    case deletion

    /// The word that stands in `permissions` and in the text of error 11059.
    package var name: String {
        switch self {
        case .creation: "creation"
        case .view: "view"
        case .modification: "modification"
        case .deletion: "deletion"
        }
    }

    /// The verb of that name, spelled exactly so.
    package init?(name: String) {
        guard let verb = Verb.allCases.first(where: { $0.name == name }) else { return nil }
        self = verb
    }
}

/// The verbs that a principal has.
package struct VerbSet: OptionSet, Sendable, Equatable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package init(_ verb: Verb) {
        rawValue = 1 << verb.rawValue
    }

    package static let all: VerbSet = [
        VerbSet(.creation), VerbSet(.view), VerbSet(.modification), VerbSet(.deletion),
    ]

    package func contains(_ verb: Verb) -> Bool {
        rawValue & 1 << verb.rawValue != 0
    }
}
