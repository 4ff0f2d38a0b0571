"""An origin whose answer is given byte for byte."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection


class CannedOrigin(Origin):
    """Reads each request whole and sends `answer` as it is.

    `then` says what follows: "keep" the connection open for the next request, "close" it, "reset" it, or "stall": say
    nothing more until the proxy closes.
    """

    def __init__(self, answer: bytes, then: str = "keep") -> None:
        super().__init__()
        self.answer = answer
        self.then = then

    def serve(self, connection: OriginConnection) -> None:
        while True:
            connection.read_request()
            connection.send(self.answer)
            if self.then == "reset":
                connection.reset()
                return
            if self.then == "close":
                connection.shut()
            if self.then in ("close", "stall"):
                connection.wait_for_end()
                return
