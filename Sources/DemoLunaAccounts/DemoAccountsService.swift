internal import Glibc
internal import HTTPCore

/// What all connections share; used on the loop's thread only.
final class DemoAccountsService {
    let delay: Interval
    private let accounts: DemoAccounts
    private let failAfter: Int?
    private(set) var questions = 0

    init(_ accounts: DemoAccounts, delay: Interval, failAfter: Int?) {
        self.accounts = accounts
        self.delay = delay
        self.failAfter = failAfter
    }

    func verify(_ credential: DemoCredential) -> DemoVerdict {
        questions += 1
        if let failAfter, questions > failAfter { return .refused(.failing) }
        return accounts.verify(credential, now: Int64(time(nil)))
    }
}
