"""An origin with endless Motion-JPEG previews."""

from __future__ import annotations

import select
import time

from origins.origin import Origin, OriginConnection

BOUNDARY = "frame"
CONTENT_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"


def part(picture: bytes) -> bytes:
    """One picture as a part of the multipart content."""
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
    return head.encode() + picture + b"\r\n"


class LiveOrigin(Origin):
    """Answers every request with an endless preview.

    Without `interval` parts leave on command only (`send_part`); with it, each viewer gets a part of `size` bytes every
    so many seconds. `framing` is "close" or "chunked"; `fields` join the answer's head. `declared` is the boundary that
    the Content-Type names.
    """

    def __init__(
        self,
        interval: "float | None" = None,
        size: int = 20_000,
        framing: str = "close",
        fields: bytes = b"",
        declared: str = BOUNDARY,
    ) -> None:
        super().__init__()
        self.content_type = f"multipart/x-mixed-replace; boundary={declared}"
        self.interval = interval
        self.picture = bytes(range(256)) * (size // 256 + 1)
        self.framing = framing
        self.fields = fields
        self.viewers: "list[OriginConnection]" = []

    def serve(self, connection: OriginConnection) -> None:
        connection.read_request()
        coding = b"Transfer-Encoding: chunked\r\n" if self.framing == "chunked" else b"Connection: close\r\n"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n%b%b\r\n" % (self.content_type.encode(), coding, self.fields)
        with self.changed:  # Viewers are numbered in the order in which their heads leave.
            connection.send(head)
            self.viewers.append(connection)
            self.changed.notify_all()
        if self.interval is None:
            connection.wait_for_end()
        else:
            self._show(connection, self.interval)

    def send_part(self, picture: bytes, viewer: int = 0) -> float:
        """Sends one part to the viewer of that number and gives the (monotonic) time just before."""
        self.wait_until(lambda: len(self.viewers) > viewer)
        before = time.monotonic()
        self.viewers[viewer].send(self._framed(picture))
        return before

    def _framed(self, picture: bytes) -> bytes:
        data = part(picture)
        return b"%x\r\n%b\r\n" % (len(data), data) if self.framing == "chunked" else data

    def _show(self, connection: OriginConnection, interval: float) -> None:
        """Sends part after part; notices at once when the proxy cuts the connection, even while writing is blocked."""
        data = self._framed(self.picture)
        connection.sock.setblocking(False)
        readiness = select.poll()  # select() knows no descriptor above 1023.
        position, pause = 0, 0.0
        while True:
            readiness.register(connection.sock, select.POLLIN | (0 if pause else select.POLLOUT))
            events = dict(readiness.poll((pause or self.patience) * 1000)).get(connection.sock.fileno(), 0)
            if events & ~select.POLLOUT:
                connection.sock.recv(65536)
                connection.mark_ended()
                return
            pause = 0.0
            if not events:
                continue
            position += connection.sock.send(data[position:])
            if position == len(data):
                position, pause = 0, interval
