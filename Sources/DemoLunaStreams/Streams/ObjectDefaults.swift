package import JSON

/// The members that an object of a stream always has, with the JSON text of each for a client that leaves it out.
/// Names and order are those of a live Luna-Streams answer; the values are the demo's.
package struct ObjectDefaults: Sendable {
    private let members: [(name: String, json: String)]

    private init(_ members: [(name: String, json: String)]) {
        self.members = members
    }

    /// The JSON text of `given` with the missing members filled in, and its unknown ones at the end (API version 2 has
    /// more than the sample shows).
    package func completing(_ given: JSONNode?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            for (name, json) in members {
                $0.name(name)
                if let node = given?[name] { $0.value(node) } else { $0.raw(json.utf8) }
            }
            for member in given?.object ?? [] where !members.contains(where: { $0.name == member.name }) {
                $0.member(member.name, member.node)
            }
        }
        return writer.bytes
    }

    package static let data = ObjectDefaults([
        ("type", "\"tcp\""), ("reference", "\"\""),
        ("roi", #"{"x":0,"y":0,"width":0,"height":0,"mode":"abs"}"#),
        ("droi", "null"), ("rotation", "0"), ("preferred_program_stream_frame_width", "800"), ("endless", "true"),
    ])

    package static let eventHandler = ObjectDefaults([
        ("origin", "\"\""), ("api_version", "6"), ("bestshot_handler", "null"), ("frame_store", "null"),
        ("authorization", "null"), ("detection_handler", "null"),
    ])

    package static let location = ObjectDefaults([
        ("city", "null"), ("area", "null"), ("district", "null"), ("street", "null"), ("house_number", "null"),
        ("geo_position", "null"),
    ])

    package static let autorestart = ObjectDefaults([
        ("restart", "0"), ("attempt_count", "10"), ("delay", "60"), ("current_attempt", "0"),
        ("last_attempt_time", "null"), ("status", "\"disabled\""),
    ])

    package static let policies = ObjectDefaults([
        ("sending", "{}"), ("primary_track_policy", "{}"), ("liveness", "{}"), ("filtering", "{}"),
        ("frame_processing_mode", "\"auto\""), ("real_time_mode_fps", "0"), ("ffmpeg_threads_number", "0"),
        ("healthcheck", "{}"),
    ])
}
