"""An origin that switches protocols, or refuses to."""

from __future__ import annotations

from origins.echo import describe
from origins.origin import Origin, OriginConnection

SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Connection: Upgrade\r\n"
    b"Upgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


class WebSocketOrigin(Origin):
    """Answers a request for an upgrade with 101 and then sends back every byte it gets; other requests are echoed.

    `early` bytes leave in one write with the 101. With `refuses` an upgrade is answered 403 and the connection stays
    HTTP. With `farewell` it sends those bytes and closes as soon as the tunnel has carried anything.
    """

    def __init__(self, early: bytes = b"", refuses: bool = False, farewell: "bytes | None" = None) -> None:
        super().__init__()
        self.early = early
        self.refuses = refuses
        self.farewell = farewell

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            if "upgrade" not in request.fields.options("Connection"):
                echo = describe(request)
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(echo), echo))
            elif self.refuses:
                connection.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\nnot for you\n")
            else:
                connection.send(SWITCHING + self.early)
                self.tunnel(connection)
                return

    def tunnel(self, connection: OriginConnection) -> None:
        """Sends back what comes until the proxy closes its half."""
        while True:
            data = connection.stream.read_some()
            if not data:
                connection.mark_ended()
                return
            if self.farewell is not None:
                connection.send(self.farewell)
                connection.shut()
                connection.wait_for_end()
                return
            connection.send(data)
