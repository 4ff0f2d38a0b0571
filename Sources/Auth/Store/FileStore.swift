/// The accounts file as a store.
package struct FileStore: AccountsStore {
    package let file: AccountsFile
    private let board: AccountsBoard?

    /// What is changed here is on `board`, if there is one, before anybody is told that it has changed.
    package init(_ file: AccountsFile, _ board: AccountsBoard? = nil) {
        self.file = file
        self.board = board
    }

    package func contents() throws(AccountsStoreFailure) -> AccountsContents {
        switch file.read() {
        case .usable(let document, _, let warnings): return AccountsContents(document: document, warnings: warnings)
        case .unusable(let problems, _): throw .problems(problems)
        case .absent: return AccountsContents(document: nil, warnings: [])
        }
    }

    package func apply(
        _ change: AccountsChange, patience: Int
    ) throws(AccountsStoreFailure) -> AccountsResult {
        do throws(AccountsFile.UpdateFailure<AccountsFault>) {
            return try file.update(knowing: board?.current, patience: patience) {
                (document: inout AccountsDocument) throws(AccountsFault) in
                try document.apply(change)
            } follow: { document in
                board?.post(AccountDirectory(document, replacing: board?.current))
            }
        } catch {
            switch error {
            case .problems(let problems): throw .problems(problems)
            case .busy: throw .busy
            case .refused(let fault): throw .refused(fault)
            }
        }
    }

    package func rehearse(_ change: AccountsChange) throws(AccountsStoreFailure) -> AccountsResult {
        var document = try contents().document ?? AccountsDocument(signingKey: .random())
        do throws(AccountsFault) {
            return try document.apply(change)
        } catch {
            throw .refused(error)
        }
    }

    package func feed(
        replacing current: @escaping @Sendable () -> AccountDirectory?,
        onEvent: @escaping @Sendable (AccountsEvent) -> Void
    ) -> any AccountsFeed {
        feed(since: .unknown, replacing: current, onEvent: onEvent)
    }

    /// The same for whoever has read the file: nothing in between is missed.
    package func feed(
        since known: FileLook, replacing current: @escaping @Sendable () -> AccountDirectory?,
        onEvent: @escaping @Sendable (AccountsEvent) -> Void
    ) -> AccountsFileWatch {
        AccountsFileWatch(file, since: known, replacing: current, onEvent: onEvent)
    }
}
