/// How bytes move on a client's socket: decided when it is accepted.
enum ClientChannel {
    /// The socket alone. A TLS connection ends as one, too: after our close_notify there is nothing left to say.
    case plain
    case secure(TLSSession)
}
