"""An origin that answers before the request's content has come."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection


class EarlyResponseOrigin(Origin):
    """Answers 413 as soon as a head with content came.

    `then` says what follows: "close" at once, "drain" the content and stay open, or "ignore" it: never read it.
    Requests without content are answered 200.
    """

    def __init__(self, then: str) -> None:
        super().__init__()
        self.then = then

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request, content = connection.read_head()
            if content.framing == "none":
                connection.finish(request, content)
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                continue
            closing = b"" if self.then == "drain" else b"Connection: close\r\n"
            connection.send(b"HTTP/1.1 413 Content Too Large\r\n" + closing + b"Content-Length: 7\r\n\r\ntoo big")
            if self.then == "drain":
                for _ in content.pieces():
                    pass
                connection.finish(request, content)
            elif self.then == "close":
                return
            else:
                with self.changed:
                    self.changed.wait_for(lambda: self._closing, self.patience)
                return
