package import HTTPCore
package import JSON

/// What a client says about a stream when it creates or replaces it, checked, and with the defaults filled in.
package struct StreamContent: Sendable {
    package let accountID: UniqueID
    package let name: String
    package let description: String
    package let isPaused: Bool
    package let groupName: String?

    // JSON text, ready to be put into answers.
    package let data: [UInt8]
    package let eventHandler: [UInt8]
    package let location: [UInt8]
    package let autorestart: [UInt8]
    package let policies: [UInt8]

    package static let nameLength = 0...128
    package static let descriptionLength = 0...512
    package static let referenceLength = 1...2048
    package static let groupNameLength = 1...128
    package static let dataTypes = ["tcp", "udp", "videofile", "images"]

    /// Reads the JSON content of POST and PUT. Throws 12027 for what is no JSON, 12022 for JSON of the wrong shape, and
    /// 39002 for a status that only the service itself may set.
    package init(_ text: [UInt8]) throws(ServiceError) {
        let content = CheckedNode(try Self.parsed(text))
        accountID = try content.required("account_id").uniqueID()
        name = try content.optional("name")?.text(Self.nameLength) ?? ""
        description = try content.optional("description")?.text(Self.descriptionLength) ?? ""
        isPaused = try Self.isPaused(content)
        groupName = try Self.groupName(content)
        data = try Self.data(content.required("data"))
        eventHandler = try Self.eventHandler(content.required("event_handler"))
        location = try Self.location(content.optional("location"))
        autorestart = try Self.autorestart(content.optional("autorestart"))
        policies = ObjectDefaults.policies.completing(try content.optional("policies")?.object())
    }

    /// The JSON value of a request's content; throws 12027.
    package static func parsed(_ text: [UInt8]) throws(ServiceError) -> JSONNode {
        do {
            return try JSONParser.parse(text)
        } catch {
            throw .notJSON("\(error.reason), at \(TextPosition(offset: error.offset, in: text))")
        }
    }

    private static func isPaused(_ content: CheckedNode) throws(ServiceError) -> Bool {
        guard let status = try content.optional("status")?.text(0...64) else { return false }
        guard status == "pending" || status == "pause" else { throw .notSettable(status: status) }
        return status == "pause"
    }

    private static func groupName(_ content: CheckedNode) throws(ServiceError) -> String? {
        guard let member = try content.optional("group_name") else { return nil }
        let name = try member.text(groupNameLength)
        let isPlain = name.utf8.allSatisfy {
            ASCII.isDigit($0) || ASCII.lowercase($0) &- 0x61 < 26 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
        guard isPlain else { throw member.problem("only letters, digits, '_' and '-' are allowed") }
        return name
    }

    private static func data(_ data: CheckedNode) throws(ServiceError) -> [UInt8] {
        _ = try data.required("type").word(of: dataTypes)
        _ = try data.required("reference").text(referenceLength)
        return ObjectDefaults.data.completing(data.node)
    }

    private static func eventHandler(_ handler: CheckedNode) throws(ServiceError) -> [UInt8] {
        let origin = try handler.required("origin")
        let url = try origin.text(1...2048)
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw origin.problem("an http or https origin is needed")
        }
        _ = try handler.optional("api_version")?.integer(1...100)
        if let bestshot = try handler.optional("bestshot_handler") {
            _ = try bestshot.required("handler_id").uniqueID()
        }
        if let authorization = try handler.optional("authorization") {
            _ = try authorization.optional("account_id")?.uniqueID()
            _ = try authorization.optional("token")?.text(1...4096)
        }
        return ObjectDefaults.eventHandler.completing(handler.node)
    }

    private static func location(_ location: CheckedNode?) throws(ServiceError) -> [UInt8] {
        if let position = try location?.optional("geo_position") {
            _ = try position.required("longitude").number(-180...180)
            _ = try position.required("latitude").number(-90...90)
        }
        return ObjectDefaults.location.completing(try location?.object())
    }

    private static func autorestart(_ autorestart: CheckedNode?) throws(ServiceError) -> [UInt8] {
        _ = try autorestart?.optional("restart")?.integer(0...1)
        _ = try autorestart?.optional("attempt_count")?.integer(0...100_000)
        _ = try autorestart?.optional("delay")?.integer(0...100_000)
        return ObjectDefaults.autorestart.completing(try autorestart?.object())
    }
}
