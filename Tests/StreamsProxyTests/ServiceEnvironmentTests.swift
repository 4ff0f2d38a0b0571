import StreamsProxy
import Testing

/// What a service manager puts into the environment, and what it is told.
struct ServiceEnvironmentTests {
    private static func read(_ variables: [String: String]) throws(ServiceEnvironment.Fault) -> ServiceEnvironment {
        try ServiceEnvironment(process: 42) { variables[$0] }
    }

    @Test func `Without a manager there is nothing`() throws {
        let nothing = try Self.read([:])
        #expect(nothing.notifySocket == nil && nothing.watchdog == nil && nothing.sockets.isEmpty)
        #expect(try Self.read(["NOTIFY_SOCKET": ""]).notifySocket == nil)
    }

    @Test(arguments: [
        (["LISTEN_FDS": "2", "LISTEN_PID": "42"], ["3 unknown", "4 unknown"]),
        (["LISTEN_FDS": "2", "LISTEN_PID": "42", "LISTEN_FDNAMES": "http:"], ["3 http", "4 "]),
        (["LISTEN_FDS": "0", "LISTEN_PID": "42", "LISTEN_FDNAMES": ""], []),
        // Meant for somebody else, or for nobody who is known.
        (["LISTEN_FDS": "2", "LISTEN_PID": "43"], []),
        (["LISTEN_FDS": "2", "LISTEN_PID": "x"], []),
        (["LISTEN_FDS": "2"], []),
        (["LISTEN_PID": "42"], []),
    ])
    func `Sockets are those for this process`(_ variables: [String: String], _ sockets: [String]) throws {
        #expect(try Self.read(variables).sockets.map { "\($0.descriptor) \($0.name)" } == sockets)
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "2000000"], 2_000_000),
            (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "42"], 2_000_000),
            (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "41"], nil),
        ] as [([String: String], Int64?)])
    func `The watchdog is that of this process`(_ variables: [String: String], _ watchdog: Int64?) throws {
        #expect(try Self.read(variables).watchdog == watchdog)
    }

    @Test(arguments: [
        (
            ["LISTEN_FDS": "x", "LISTEN_PID": "42"],
            #"LISTEN_FDS: found "x"; must be a number from 0 to 256"#
        ),
        (
            ["LISTEN_FDS": "-1", "LISTEN_PID": "42"],
            #"LISTEN_FDS: found "-1"; must be a number from 0 to 256"#
        ),
        (
            ["LISTEN_FDS": "2", "LISTEN_PID": "42", "LISTEN_FDNAMES": "one"],
            "LISTEN_FDNAMES: found 1 names; LISTEN_FDS says 2"
        ),
        (["WATCHDOG_USEC": "0"], #"WATCHDOG_USEC: found "0"; must be a number of microseconds above 0"#),
        (
            ["NOTIFY_SOCKET": "relative"],
            #"NOTIFY_SOCKET: found "relative"; must be a path or, after @, an abstract name"#
        ),
    ])
    func `What can't be used is named`(_ variables: [String: String], _ sentence: String) {
        #expect { try Self.read(variables) } throws: { ($0 as? ServiceEnvironment.Fault)?.sentence == sentence }
    }

    @Test func `Sockets for notices have a path or an abstract name`() {
        #expect(NotifySocket("/run/notify") != nil)
        #expect(NotifySocket("@name") != nil)
        #expect(NotifySocket("/" + String(repeating: "x", count: 106)) != nil)
        for text in ["", "/", "@", "x", "vsock:2:1", "/a\0b", "/" + String(repeating: "x", count: 107)] {
            #expect(NotifySocket(text) == nil, "\(text)")
        }
    }

    @Test func `Notices are lines of assignments`() {
        #expect(ServiceNotice.ready(status: "Listening").text == "READY=1\nSTATUS=Listening")
        #expect(ServiceNotice.reloading(monotonicMicroseconds: 17).text == "RELOADING=1\nMONOTONIC_USEC=17")
        #expect(ServiceNotice.stopping(status: "Ending").text == "STOPPING=1\nSTATUS=Ending")
        #expect(ServiceNotice.watchdog.text == "WATCHDOG=1")
        #expect(ServiceNotice.ready(status: "a\nREADY=0\r\nb").text == "READY=1\nSTATUS=a READY=0 b")
    }
}
