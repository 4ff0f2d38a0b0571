import CLinux
import Glibc
import HTTPCore
import JSON

/// A running host: the process, the channel to it, and the news of its end.
final class HostProcess: EventSource {
    private let child: ChildProcess
    private(set) var channel: ControlChannel?
    /// Once it has ended: points that it was not given.
    private(set) var undeliveredPoints = 0
    private let exited: (ProcessEnd) -> Void

    /// Starts one. `exited` is called once, when it has ended and is reaped.
    static func start(
        _ settings: PluginHostSettings, loop: EventLoop, receive: @escaping (JSONNode) -> Void,
        drained: @escaping () -> Void, silent: @escaping () -> Void, exited: @escaping (ProcessEnd) -> Void
    ) throws(SystemError) -> HostProcess {
        var ends: [Int32] = [-1, -1]
        let code = linux_socket_pair(&ends)
        guard code == 0 else { throw SystemError(call: "socketpair", code: -code) }
        let ours = Descriptor(ends[0])
        let theirs = Descriptor(ends[1])
        _ = fcntl(ours.number, F_SETFL, O_NONBLOCK)
        let child = try ChildProcess(
            settings.interpreter, ["-m", "luna_plugins.host"], environment: ChildProcess.environment(for: settings),
            control: theirs.number)
        // Proxied requests come first: where there are not enough processors for all, points are lost rather.
        linux_give_way(child.number)
        let end = linux_process_descriptor(child.number)
        let channel = ControlChannel(
            descriptor: ours.release(), loop: loop, receive: receive, drained: drained, ended: silent)
        return HostProcess(child, end: end, channel, loop: loop, exited: exited)
    }

    private init(
        _ child: ChildProcess, end: Int32, _ channel: ControlChannel, loop: EventLoop,
        exited: @escaping (ProcessEnd) -> Void
    ) {
        self.child = child
        self.channel = channel
        self.exited = exited
        // A kernel before 5.3, or valgrind, has no such descriptors: then the process is looked at now and then.
        super.init(descriptor: max(end, -1), loop: loop)
        open(end >= 0 ? .readable : [])
        if end < 0 { lookAgain() }
    }

    private func lookAgain() {
        setDeadline(loop.now.advanced(by: Interval(.milliseconds(100))))
    }

    override func deadlinePassed() {
        if child.hasEnded { end() } else { lookAgain() }
    }

    /// Bytes of memory that it really takes.
    var residentBytes: Int { child.residentBytes }

    func kill(_ signal: Int32) {
        child.kill(signal)
    }

    override func ready(_ events: Events) {
        end()
    }

    /// It has ended: what it said last is heard, then it is reaped.
    private func end() {
        closeDescriptor()
        // Its own children must not live on either.
        child.kill(SIGKILL)
        let how = child.wait()
        channel?.hearOut()
        undeliveredPoints = channel?.waitingPoints ?? 0
        channel?.close()
        channel = nil
        exited(how)
    }
}
