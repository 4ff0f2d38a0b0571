import Auth
import HTTPCore

/// A request for a plugin's route goes through the same exchange as any other, to another upstream. Whatever is asked
/// of the connection about the way to its upstream is answered here.
extension ProxyExchange {
    var isForPlugin: Bool { match.route == .plugin }

    var pool: UpstreamPool {
        switch (isForPlugin, openCall == .none) {
        case (false, true): terms.pool
        case (false, false): terms.openPool
        case (true, true): terms.plugins.pool
        case (true, false): terms.plugins.openPool
        }
    }

    var timeouts: ExchangeTimeouts { isForPlugin ? terms.plugins.timeouts : terms.timeouts }

    var connector: Connector { isForPlugin ? terms.plugins.connector : terms.connector }

    /// What a failure of this exchange's upstream is to the client.
    func refusal(_ failure: UpstreamFailure) -> Refusal { isForPlugin ? .plugin(failure) : .upstream(failure) }

    func appendPluginFields(
        _ request: ForwardedRequest, _ principal: Principal?, _ head: borrowing RequestHead, _ bytes: Span<UInt8>,
        to output: inout ByteBuffer
    ) {
        terms.plugins.forwarding.appendRequestFields(
            request, principal, permissions: principal.flatMap { worker.authenticator.permissions(of: $0) }, head,
            bytes, to: &output)
    }
}
