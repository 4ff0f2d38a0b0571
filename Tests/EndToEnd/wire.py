"""A client on a raw socket: it sends exactly the bytes it is told to and reads answers strictly."""

from __future__ import annotations

import errno
import socket
import ssl
import struct
import time
from typing import Iterable

from bytestream import DEADLINE, ByteStream, WireFault
from messages import Answer, AnswerHead, Content, content_after, read_answer_head
from tls_socket import TLSSocket

#: The Host that requests carry unless a test says otherwise.
HOST = "streams.example"


def request_bytes(
    method: str,
    target: str,
    fields: "Iterable[tuple[str, str]]" = (),
    content: "bytes | None" = None,
    version: str = "HTTP/1.1",
    host: "str | None" = HOST,
) -> bytes:
    """A well-formed request. Content gets a Content-Length; `host` None leaves Host out."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in fields]
    if content is not None:
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (content or b"")


def chunked(*pieces: bytes, trailers: bytes = b"") -> bytes:
    """Chunked content: a chunk for each piece, the last chunk, the trailers (with their CRLFs)."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n" + trailers + b"\r\n"


class Connection:
    """One connection to the proxy, by TLS where there is a context for it. Use it as a context manager."""

    def __init__(
        self,
        address: "tuple[str, int]",
        timeout: float = DEADLINE,
        receive_buffer: int = 0,
        context: "ssl.SSLContext | None" = None,
        source: str = "",
    ) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if source:
            self.sock.bind((source, 0))
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self.sock = TLSSocket(self.sock, context)  # type: ignore[assignment]
        self.stream = ByteStream(self.sock, timeout)
        self._asked: "list[str]" = []

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, data: "bytes | bytearray | memoryview") -> None:
        """Sends all of it; a proxy that takes nothing for the deadline is an error."""
        self.sock.settimeout(self.stream.timeout)
        self.sock.sendall(data)

    def send_slowly(self, data: bytes) -> None:
        """Sends byte by byte, each in a segment of its own. Stops early where the proxy has closed."""
        for position in range(len(data)):
            try:
                self.send(data[position : position + 1])
            except (BrokenPipeError, ConnectionResetError):
                return
            time.sleep(0.0005)  # A pace, not a synchronisation: nothing depends on what has been read by now.

    def ask(self, method: str, target: str, *args: object, **kwargs: object) -> None:
        """Sends a well-formed request; `read_answer` knows its method."""
        self._asked.append(method)
        self.send(request_bytes(method, target, *args, **kwargs))  # type: ignore[arg-type]

    def read_head(self) -> AnswerHead:
        """The next head, interim or final."""
        return read_answer_head(self.stream)

    def read_final_head(self) -> "tuple[AnswerHead, list[AnswerHead]]":
        """The next final head, or a 101; and the interim heads before it."""
        interim = []
        while True:
            head = self.read_head()
            if head.status >= 200 or head.status == 101:
                return head, interim
            interim.append(head)

    def content(self, head: AnswerHead, method: str = "GET") -> Content:
        """The content after a head that was just read."""
        return content_after(head, self.stream, method)

    def read_answer(self, method: "str | None" = None) -> Answer:
        """The next whole answer. Without `method`, the answers of `ask` are taken to come in order."""
        if method is None:
            method = self._asked.pop(0) if self._asked else "GET"
        head, interim = self.read_final_head()
        content = self.content(head, method)
        return Answer(head, content.read(), content.framing, content.trailers, interim)

    def expect_end(self) -> None:
        """The proxy closes, and nothing more comes before that."""
        rest = self.stream.read_to_end()
        assert rest == b"", f"bytes after the last answer: {rest[:300]!r}"

    def half_close(self) -> None:
        """No more requests will come, but answers are still read."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:  # That is a connection that the proxy has cut meanwhile.
                raise

    def reset(self) -> None:
        """Goes away with an RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        self.sock.close()


def eventually(condition, timeout: float = DEADLINE, what: str = "") -> float:
    """Waits until `condition()` is true and gives the seconds it took."""
    begin = time.monotonic()
    while not condition():
        waited = time.monotonic() - begin
        if waited > timeout:
            raise WireFault(f"not within {timeout} s: {what or condition}")
        time.sleep(0.005)
    return time.monotonic() - begin
