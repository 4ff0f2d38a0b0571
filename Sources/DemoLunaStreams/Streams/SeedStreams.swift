package import HTTPCore
internal import JSON

/// The streams that the demo can start with. Their ids follow from the account's, so that an address copied from one
/// run works in the next.
package enum SeedStreams {
    private static let seeds: [(name: String, description: String, status: String, group: String)] = [
        ("Main entrance", "Turnstiles, ground floor", "pending", "entrances"),
        ("Parking lot", "Barrier and first row", "pending", "outside"),
        ("Warehouse", "Paused: it has no previews", "pause", "inside"),
    ]

    package static func add(to service: LunaStreams, account: UniqueID, now: Timestamp) throws(ServiceError) {
        for (index, seed) in seeds.enumerated() {
            var writer = JSONWriter()
            writer.object {
                $0.member("account_id", account.description)
                $0.member("name", seed.name)
                $0.member("description", seed.description)
                $0.member("status", seed.status)
                $0.member("group_name", seed.group)
                $0.name("data")
                $0.object {
                    $0.member("type", "tcp")
                    $0.member("reference", "rtsp://camera-\(index + 1).example/stream")
                }
                $0.name("event_handler")
                $0.object {
                    $0.member("origin", "http://127.0.0.1:5000/")
                    $0.member("api_version", 6)
                }
            }
            let content = try StreamContent(writer.bytes)
            try service.add(content, id: id(account, index), now: now)
        }
    }

    /// Spread by two odd constants, so that neighbouring accounts do not meet.
    package static func id(_ account: UniqueID, _ index: Int) -> UniqueID {
        let step = UInt64(index + 1)
        return UniqueID(
            randomHigh: (account.high ^ account.low &* 0x9E37_79B9_7F4A_7C15) &+ step &* 0xBF58_476D_1CE4_E5B9,
            randomLow: (account.low ^ account.high &* 0x94D0_49BB_1331_11EB) &+ step &* 0x9E37_79B9_7F4A_7C15)
    }
}
