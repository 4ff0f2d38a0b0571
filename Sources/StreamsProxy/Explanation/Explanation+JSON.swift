import Auth
import HTTPCore
import JSON

extension Explanation {
    /// One object. Its members and their order are always the same; what was not reached is null.
    var json: String {
        var writer = JSONWriter(isIndented: true)
        writer.object {
            writeRequest(&$0)
            writeCaller(&$0)
            writePermission(&$0)
            writeSeparation(&$0)
            writeUpstream(&$0)
            writeTimeouts(&$0)
            writeAnswer(&$0)
        }
        return "\(writer.text)\n"
    }

    private func writeRequest(_ writer: inout JSONWriter) {
        writer.name("request")
        writer.object {
            $0.member("method", method?.name.description)
            $0.member("route", match?.route.name.description)
            $0.member("stream_id", match?.streamID?.description)
            $0.member("token_id", match?.tokenID?.description)
            $0.member("api_version", apiVersion)
            $0.member("nearest_route", nearestRoute)
            $0.member("client", client?.address)
            $0.member("trusted_proxy", client?.proxy)
        }
    }

    private func writeCaller(_ writer: inout JSONWriter) {
        let principal = caller?.principal
        writer.name("caller")
        writer.object {
            $0.member("credentials", credentials?.rawValue)
            $0.member("token_id", shownTokenID?.description)
            $0.member("account_id", principal?.accountID.description)
            $0.member("login", caller?.login)
            $0.member("account_type", principal?.accountType.rawValue)
            $0.member("visibility_area", visibility?.rawValue)
            $0.member("expiration_time", shownTokenEnd?.description)
        }
    }

    private func writePermission(_ writer: inout JSONWriter) {
        writer.name("permission")
        writer.object {
            $0.member("needed", verbNeeded?.name)
            $0.name("held")
            guard verbNeeded != nil, let verbsHeld else {
                $0.null()
                return
            }
            $0.array { for verb in verbsHeld { $0.value(verb.name) } }
        }
    }

    private func writeSeparation(_ writer: inout JSONWriter) {
        writer.name("separation")
        writer.object {
            $0.member("reach", reach?.rawValue)
            $0.object("query", query) {
                $0.member("before", $1.before)
                $0.member("after", $1.after)
            }
            $0.object("owner", owner) {
                $0.member("source", $1.source.rawValue)
                $0.member("account_id", $1.accountID?.description)
                $0.name("exists")
                if let owner = $1.owner { $0.value(owner != .absent) } else { $0.null() }
            }
            $0.member("content", content?.rawValue)
        }
    }

    private func writeUpstream(_ writer: inout JSONWriter) {
        writer.object("upstream", upstream) { writer, upstream in
            writer.member("method", upstream.method)
            writer.member("url", upstream.url)
            writer.name("fields")
            writer.array {
                for field in upstream.fields {
                    $0.object {
                        $0.member("name", field.name)
                        $0.member("value", field.value)
                    }
                }
            }
            writer.name("not_sent")
            writer.array { for name in upstream.withheld { $0.value(name) } }
        }
    }

    /// In seconds.
    private func writeTimeouts(_ writer: inout JSONWriter) {
        let isLive = match?.route.isLive == true
        writer.object("timeouts", timeouts) {
            $0.member("connect", seconds: $1.connect)
            $0.member("sock_connect", seconds: $1.sockConnect)
            $0.member("request", seconds: $1.request)
            $0.member("request_covers", isLive ? "head" : "answer")
            $0.member("sock_read", seconds: isLive ? $1.liveSockRead : $1.sockRead)
        }
    }

    private func writeAnswer(_ writer: inout JSONWriter) {
        let error = refusal.map { ErrorAnswer($0) }
        writer.name("answer")
        let (source, status, code): (String?, Int?, Int?) =
            switch answer {
            case .refused: ("streams-proxy", error?.status, error?.code)
            case .own(let status, let code): ("streams-proxy", status, code)
            case .lunaStreams: ("luna-streams", nil, nil)
            case .plugin: ("plugin", nil, nil)
            case .unknown: (nil, nil, nil)
            }
        writer.object {
            $0.member("from", source)
            $0.member("status", status)
            $0.member("error_code", code)
            $0.member("refused_by", refusal?.step.rawValue)
            $0.member("detail", error?.detailText)
        }
    }
}

extension JSONWriter {
    /// A number, or `null` where there is none.
    fileprivate mutating func member(_ name: String, _ number: Int?) {
        self.name(name)
        if let number { value(number) } else { null() }
    }

    fileprivate mutating func member(_ name: String, seconds duration: Duration?) {
        self.name(name)
        if let duration { raw(Displayed.seconds(duration).dropLast(2).utf8) } else { null() }
    }

    /// An object about `subject`, or `null` where there is none.
    fileprivate mutating func object<Subject>(
        _ name: String, _ subject: Subject?, _ members: (inout JSONWriter, Subject) -> Void
    ) {
        self.name(name)
        if let subject { object { members(&$0, subject) } } else { null() }
    }
}
