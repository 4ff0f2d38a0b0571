import Auth
import HTTPCore

/// What a worker is told from other threads.
enum WorkerMessage: Sendable {
    /// A password has been compared for the request that waits under this number.
    case verdict(ticket: UInt64, PasswordCheck, PasswordVerdict)
    /// The signature of an issuer's token has been checked for the request that waits under this number, by this pool.
    case issued(ticket: UInt64, ServiceQuestion, Decision, by: SignaturePool)
    /// Luna-Accounts has said who the connection's client is, or could not.
    case answer(ticket: UInt64, ServiceQuestion, DatedDecision)
    /// A question to Luna-Accounts that waited has its turn; of this table.
    case question(ServiceQuestion, DecisionTable)
    /// The same as an answer, about somebody who watches a preview.
    case review(ticket: UInt64, ServiceQuestion, DatedDecision)
    /// A request for the accounts' own resources has been carried out.
    case tokens(ticket: UInt64, TokensAnswer)
    /// These accounts are not as they were; nil: none may be.
    case accountsChanged(Set<UniqueID>?)
    /// Tell what has been counted.
    case count(inquiry: UInt64)
    /// The metrics that the connection asked for; nil where some worker did not tell.
    case metrics(ticket: UInt64, [UInt8]?)
    /// The settings have been read anew; `taken` is called once they are in force.
    case setting(WorkerSetting, taken: @Sendable () -> Void)
    /// Something about the Python plugins has changed.
    case plugins(PluginHostView)
    /// End as the settings say, when the last client is served or the time is over.
    case drain
    /// Whether the loop still turns.
    case ping(@Sendable () -> Void)
}

/// One worker's place among all.
struct WorkerPlace: Sendable {
    let index: Int
    let mailbox: Mailbox<WorkerMessage>
    /// Adds up what the workers count.
    let desk: MetricsDesk
}
