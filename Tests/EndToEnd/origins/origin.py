"""What all origins share: a listener on a free port, a thread per connection, a record of what came."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass

from bytestream import DEADLINE, ByteStream, Incomplete, Malformed, Silence, WireFault
from messages import Content, Fields, RequestHead, content_after, read_request_head


@dataclass
class Received:
    """A request as it reached the origin; `complete` once its last content byte came."""

    head: RequestHead
    connection: int
    content: bytes = b""
    framing: str = "none"
    trailers: "Fields | None" = None
    complete: bool = False

    @property
    def fields(self) -> Fields:
        return self.head.fields

    @property
    def method(self) -> str:
        return self.head.method

    @property
    def target(self) -> str:
        return self.head.target


class OriginConnection:
    """One connection from the proxy, as the origin sees it."""

    def __init__(self, origin: "Origin", sock: socket.socket, index: int) -> None:
        self.origin = origin
        self.sock = sock
        self.index = index
        self.raw = bytearray()
        self.stream = ByteStream(sock, origin.patience, record=self.raw)
        self.ended = threading.Event()

    def read_head(self) -> "tuple[Received, Content]":
        """The next request's head, recorded at once; its content is still to be read. EOFError where none comes."""
        head = read_request_head(self.stream)
        content = content_after(head, self.stream)
        request = Received(head, self.index, framing=content.framing)
        self.origin.note(request)
        return request, content

    def read_request(self) -> Received:
        """The next request with its content."""
        request, content = self.read_head()
        request.content = content.read()
        self.finish(request, content)
        return request

    def finish(self, request: Received, content: Content) -> None:
        """Records that the whole request came."""
        request.trailers = content.trailers
        with self.origin.changed:
            request.complete = True
            self.origin.changed.notify_all()

    def send(self, data: bytes) -> None:
        """Sends all of it."""
        self.sock.settimeout(self.origin.patience)
        self.sock.sendall(data)

    def wait_for_end(self) -> None:
        """Reads and drops whatever comes until the proxy closes; `ended` tells when."""
        while self.stream.read_some():
            pass
        self.mark_ended()

    def mark_ended(self) -> None:
        """The proxy has cut or closed this connection."""
        with self.origin.changed:
            self.ended.set()
            self.origin.changed.notify_all()

    def shut(self) -> None:
        """Ends the sending half: the proxy sees the end of the stream."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Cuts the connection with an RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Origin:
    """A server on 127.0.0.1. Subclasses say in `serve` what happens on a connection; returning closes it."""

    #: Seconds a connection may be silent before its thread gives up.
    patience = 30.0
    backlog = 1024

    def __init__(self, address: "tuple[str, int]" = ("127.0.0.1", 0)) -> None:
        self.changed = threading.Condition()
        self.requests: "list[Received]" = []
        self.connections: "list[OriginConnection]" = []
        self.faults: "list[str]" = []
        self._closing = False
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(address)
        self.address: "tuple[str, int]" = self._listener.getsockname()

    @property
    def url(self) -> str:
        """The origin as the settings name it, without a path."""
        return f"http://{self.address[0]}:{self.address[1]}"

    @property
    def complete(self) -> "list[Received]":
        """The requests that came whole, in the order their heads came."""
        return [request for request in self.requests if request.complete]

    def start(self) -> "Origin":
        """Begins to listen."""
        self._listener.listen(self.backlog)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def serve(self, connection: OriginConnection) -> None:
        """The behaviour."""
        raise NotImplementedError

    def note(self, request: Received) -> None:
        """Records a request whose head came."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    def wait_until(self, condition, timeout: float = DEADLINE, what: str = "") -> None:
        """Waits until `condition()` is true; it is looked at whenever something arrived or ended."""
        with self.changed:
            if not self.changed.wait_for(condition, timeout):
                raise WireFault(f"the origin didn't see within {timeout} s: {what or condition}")

    def wait_for_requests(self, count: int, timeout: float = DEADLINE) -> None:
        """Waits until `count` heads came."""
        self.wait_until(lambda: len(self.requests) >= count, timeout, f"{count} requests")

    def wait_for_cut(self, index: int = 0, timeout: float = DEADLINE) -> None:
        """Waits until the proxy has closed the connection number `index`."""
        self.wait_until(
            lambda: len(self.connections) > index and self.connections[index].ended.is_set(),
            timeout,
            f"the end of connection {index}",
        )

    def forget(self) -> None:
        """Empties the record of requests; connections stay."""
        with self.changed:
            self.requests.clear()

    def refuse(self) -> None:
        """Takes no more connections; those that stand stay."""
        self._listener.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stops and closes everything. Raises if the proxy ever wrote something malformed."""
        self._closing = True
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It never listened.
        self._listener.close()
        for connection in self.connections:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It is closed already.
        assert not self.faults, f"the proxy sent malformed requests: {self.faults}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                connection = OriginConnection(self, sock, len(self.connections))
                self.connections.append(connection)
                self.changed.notify_all()
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: OriginConnection) -> None:
        try:
            self.serve(connection)
        except (EOFError, Incomplete, ConnectionError, BrokenPipeError):
            connection.mark_ended()
        except (socket.timeout, Silence, OSError):
            pass  # The test is over, or the proxy waits as it should.
        except Malformed as fault:
            if not self._closing:
                self.faults.append(str(fault))
        finally:
            connection.sock.close()
