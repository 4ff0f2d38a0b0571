import Auth
import HTTPCore

/// The stores that there are: the contract holds for each.
enum StoreKind: String, CaseIterable, Sendable {
    case file
}

/// Where a store of a kind keeps what it has, for one test.
final class StorePlace: Sendable {
    private let folder: TemporaryFolder
    private let path: String

    /// With that in it; nil for a place where nothing was ever kept.
    init(_ kind: StoreKind, holding document: AccountsDocument?) throws {
        folder = try TemporaryFolder()
        path = folder.path("accounts.json")
        switch kind {
        case .file:
            guard let document else { return }
            try AccountsFile(path: path).update { (kept: inout AccountsDocument) throws(Never) in kept = document }
        }
    }

    /// A store on it, as each process has its own. The place is there as long as one of them is.
    func open() -> any AccountsStore { Opened(place: self, store: FileStore(AccountsFile(path: path))) }

    private struct Opened: AccountsStore {
        let place: StorePlace
        let store: any AccountsStore

        func contents() throws(AccountsStoreFailure) -> AccountsContents { try store.contents() }

        func apply(_ change: AccountsChange, patience: Int) throws(AccountsStoreFailure) -> AccountsResult {
            try store.apply(change, patience: patience)
        }

        func rehearse(_ change: AccountsChange) throws(AccountsStoreFailure) -> AccountsResult {
            try store.rehearse(change)
        }

        func feed(
            replacing current: @escaping @Sendable () -> AccountDirectory?,
            onEvent: @escaping @Sendable (AccountsEvent) -> Void
        ) -> any AccountsFeed {
            store.feed(replacing: current, onEvent: onEvent)
        }
    }
}
