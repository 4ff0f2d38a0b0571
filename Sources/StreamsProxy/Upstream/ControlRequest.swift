package import HTTPCore

/// A small request of our own, not a client's: whose a stream is, whether a credential is good. It can hold secrets and
/// so can't be printed.
package struct ControlRequest: Sendable, CustomStringConvertible, CustomReflectable {
    package struct Field: Sendable {
        package let name: String
        package let value: [UInt8]

        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    package var url: String
    /// For an https URL.
    package var tls: ServiceTLS
    package var fields: [Field]
    package var content: [UInt8]?
    package var connectTimeout: Interval
    /// Until the whole answer has come.
    package var timeout: Interval
    /// A longer answer counts as unreadable. In bytes.
    package var maximumAnswer: Int
    /// Of the answer's content only whose the stream is is kept: `OwnerScanner.summary`.
    package var seeksOwner: Bool

    package init(
        method: String, url: String, tls: ServiceTLS, fields: [Field] = [], content: [UInt8]? = nil,
        connectTimeout: Interval, timeout: Interval, maximumAnswer: Int = 65536,
        seeksOwner: Bool = false
    ) {
        self.method = method
        self.url = url
        self.tls = tls
        self.fields = fields
        self.content = content
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maximumAnswer = maximumAnswer
        self.seeksOwner = seeksOwner
    }

    package var description: String { "\(method) request" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What came of a `ControlRequest`.
package enum ControlAnswer: Sendable {
    case answered(status: Int, content: [UInt8])
    case failed(UpstreamFailure)
}
