"""An origin that ends its persistent connections at bad moments."""

from __future__ import annotations

import threading

from origins.echo import describe
from origins.origin import Origin, OriginConnection


class KeepAliveClosingOrigin(Origin):
    """Answers `answers` requests on each connection as an echo would, then does what `then` says:

    - "announce": the last of them carries `Connection: close`, and the connection closes;
    - "close": it closes right after the answer, without a word;
    - "on request": it reads the next request's head and closes without an answer, by FIN;
    - "reset on request": the same by RST;
    - "poison": `poison` follows the last answer, unasked, in a write of its own; the connection stays open;
    - "joined poison": the same in one write with the answer.

    `only_first` limits the behaviour to the first connection; the others are kept for ever.
    """

    def __init__(self, then: str, answers: int = 1, only_first: bool = True, poison: bytes = b"") -> None:
        super().__init__()
        self.then = then
        self.answers = answers
        self.only_first = only_first
        self.poison = poison
        #: Set once the behaviour has happened on the first connection (for "close" and "poison": its bytes are sent).
        self.behaved = threading.Event()

    def serve(self, connection: OriginConnection) -> None:
        behaves = self.only_first and connection.index > 0
        count = 0
        while True:
            if not behaves and count == self.answers and "on request" in self.then:
                connection.read_head()
                if self.then.startswith("reset"):
                    connection.reset()
                return
            request = connection.read_request()
            count += 1
            is_last = not behaves and count == self.answers
            echo = describe(request)
            closing = b"Connection: close\r\n" if is_last and self.then == "announce" else b""
            answer = b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (closing, len(echo), echo)
            if is_last and self.then == "joined poison":
                answer += self.poison
            connection.send(answer)
            if is_last and self.then == "poison":
                connection.send(self.poison)
            if is_last and self.then in ("announce", "close"):
                connection.shut()
            if is_last:
                self.behaved.set()
            if is_last and self.then in ("announce", "close"):
                connection.wait_for_end()
                return
