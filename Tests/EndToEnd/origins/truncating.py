"""An origin that breaks off."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

#: What it sends before it breaks off. Where the head is whole, the answer's content never is.
FORMS = {
    "nothing": b"",
    "status line": b"HTTP/1.1 200 O",
    "head": _HEAD + b"Content-Length: 5\r\n",
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    "length": _HEAD + b"Content-Length: 1000\r\n\r\nonly this much",
    "length without content": _HEAD + b"Content-Length: 1000\r\n\r\n",
    "chunked": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
    "chunk": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n64\r\nonly this much",
    "last chunk": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n",
    "until close": _HEAD + b"Connection: close\r\n\r\nwho knows how much",
}


class TruncatingOrigin(Origin):
    """Sends the bytes of `form` for each request, then closes: with an RST if `by_reset`, else with a FIN."""

    def __init__(self, form: str, by_reset: bool = False) -> None:
        super().__init__()
        self.form = form
        self.by_reset = by_reset

    def serve(self, connection: OriginConnection) -> None:
        connection.read_request()
        connection.send(FORMS[self.form])
        if self.by_reset:
            # What was sent is delivered before the RST only if the proxy has read it: so it must show that it has.
            self.before_reset(connection)
            connection.reset()
            return
        connection.shut()
        connection.wait_for_end()

    def before_reset(self, connection: OriginConnection) -> None:
        """Waits until the test lets the reset happen."""
        with self.changed:
            self.changed.wait_for(lambda: self._may_reset, self.patience)

    _may_reset = False

    def allow_reset(self) -> None:
        """The client has seen what came so far; now the connection may be reset."""
        with self.changed:
            self._may_reset = True
            self.changed.notify_all()
