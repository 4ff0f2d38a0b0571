import CLinux
import Glibc
import Synchronization

/// The one door into a loop from other threads: messages are left here, and the loop is woken.
package final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    /// The eventfd that wakes the loop. It lives as long as the mailbox, so nobody can write to a stranger's.
    fileprivate let wakeUp: Int32

    package init() throws(SystemError) {
        wakeUp = linux_eventfd()
        if wakeUp < 0 { throw SystemError(call: "eventfd", code: -wakeUp) }
    }

    deinit {
        Glibc.close(wakeUp)
    }

    /// Leaves a message, from any thread.
    package func post(_ message: Message) {
        let wasEmpty = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if wasEmpty {
            var one: UInt64 = 1
            Glibc.write(wakeUp, &one, 8)
        }
    }

    fileprivate func takeAll() -> [Message] {
        var count: UInt64 = 0
        Glibc.read(wakeUp, &count, 8)
        return messages.withLock { messages in
            let taken = messages
            messages = []
            return taken
        }
    }
}

/// A mailbox's place on its loop.
package final class MailboxSource<Message: Sendable>: EventSource {
    private let mailbox: Mailbox<Message>
    private let receive: (Message) -> Void

    package init(_ mailbox: Mailbox<Message>, loop: EventLoop, receive: @escaping (Message) -> Void) {
        self.mailbox = mailbox
        self.receive = receive
        // A duplicate, since a source closes its own descriptor and the mailbox may outlive the loop.
        super.init(descriptor: fcntl(mailbox.wakeUp, F_DUPFD_CLOEXEC, 0), loop: loop)
        open(.readable)
    }

    package override func ready(_ events: Events) {
        for message in mailbox.takeAll() { receive(message) }
    }
}
