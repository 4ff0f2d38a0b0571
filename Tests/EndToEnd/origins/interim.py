"""An origin that speaks before it answers."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </frame.jpg>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"


class InterimOrigin(Origin):
    """Sends `before_content` as soon as a request's head came, `before_answer` after its content, then 200.

    With `is_joined` the interim answers and the final one leave in one write.
    """

    def __init__(
        self, before_content: bytes = b"", before_answer: bytes = EARLY_HINTS, is_joined: bool = False
    ) -> None:
        super().__init__()
        self.before_content = before_content
        self.before_answer = before_answer
        self.is_joined = is_joined

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request, content = connection.read_head()
            if self.before_content:
                connection.send(self.before_content)
            request.content = content.read()
            connection.finish(request, content)
            size = str(len(request.content)).encode()
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(size), size)
            if self.is_joined:
                connection.send(self.before_answer + answer)
            else:
                connection.send(self.before_answer)
                connection.send(answer)
