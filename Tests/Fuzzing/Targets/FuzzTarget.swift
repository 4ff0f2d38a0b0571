/// A part of the program that is given any bytes at all. It must not trap, and must keep what is promised of it.
package struct FuzzTarget: Sendable {
    /// Also that of its corpus' folder.
    package let name: String
    package let run: @Sendable (_ input: [UInt8]) throws(Finding) -> Void

    package static let all: [FuzzTarget] = [
        FuzzTarget(name: "request-head", run: RequestHeadTarget.run),
        FuzzTarget(name: "response-head", run: ResponseHeadTarget.run),
        FuzzTarget(name: "content", run: ContentTarget.run),
        FuzzTarget(name: "multipart", run: MultipartTarget.run),
        FuzzTarget(name: "target", run: TargetTarget.run),
        FuzzTarget(name: "query", run: QueryTarget.run),
        FuzzTarget(name: "body", run: BodyTarget.run),
        FuzzTarget(name: "credentials", run: CredentialsTarget.run),
        FuzzTarget(name: "token", run: TokenTarget.run),
        FuzzTarget(name: "settings", run: SettingsTarget.run),
        FuzzTarget(name: "exchange", run: ExchangeTarget.run),
        FuzzTarget(name: "connection", run: ConnectionTarget.run),
        FuzzTarget(name: "proxy-header", run: ProxyHeaderTarget.run),
    ]
}

/// A promise that an input has broken.
package struct Finding: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws where what must be true is not.
func require(_ isTrue: Bool, _ otherwise: @autoclosure () -> String) throws(Finding) {
    if !isTrue { throw Finding(otherwise()) }
}
