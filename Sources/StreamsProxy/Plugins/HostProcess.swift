import CLinux
import Glibc
import HTTPCore
import JSON

/// A running host: the process, the channel to it, and the news of its end.
final class HostProcess: EventSource {
    private let child: ChildProcess
    private(set) var channel: ControlChannel?
    private let exited: () -> Void

    /// Starts one. `exited` is called once, when it has ended and is reaped.
    static func start(
        _ settings: PluginHostSettings, loop: EventLoop, receive: @escaping (JSONNode) -> Void,
        silent: @escaping () -> Void, exited: @escaping () -> Void
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
        let end = linux_process_descriptor(child.number)
        guard end >= 0 else {
            child.kill(SIGKILL)
            child.wait()
            throw SystemError(call: "pidfd_open", code: -end)
        }
        let channel = ControlChannel(descriptor: ours.release(), loop: loop, receive: receive, ended: silent)
        return HostProcess(child, end: end, channel, loop: loop, exited: exited)
    }

    private init(
        _ child: ChildProcess, end: Int32, _ channel: ControlChannel, loop: EventLoop, exited: @escaping () -> Void
    ) {
        self.child = child
        self.channel = channel
        self.exited = exited
        super.init(descriptor: end, loop: loop)
        open(.readable)
    }

    func kill(_ signal: Int32) {
        child.kill(signal)
    }

    /// It has ended: what it said last is heard, then it is reaped.
    override func ready(_ events: Events) {
        closeDescriptor()
        // Its own children must not live on either.
        child.kill(SIGKILL)
        child.wait()
        channel?.hearOut()
        channel?.close()
        channel = nil
        exited()
    }
}
