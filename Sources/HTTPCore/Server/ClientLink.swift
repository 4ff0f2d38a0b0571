/// What an exchange reaches its client by: a small closed set, so that a command is one branch.
enum ClientLink {
    /// Nobody has the exchange: it waits for a request, or its client has gone.
    case none
    case http1(HTTP1Connection)
}
