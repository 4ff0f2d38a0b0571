"""An origin that answers in chunks."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection


class ChunkedOrigin(Origin):
    """Answers each request with the given pieces as chunks, optionally with extensions and trailers."""

    def __init__(self, *pieces: bytes, extension: bytes = b"", trailers: bytes = b"") -> None:
        super().__init__()
        self.pieces = pieces
        self.extension = extension
        self.trailers = trailers

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
            if request.method == "HEAD":
                continue
            for piece in self.pieces:
                connection.send(b"%x%b\r\n%b\r\n" % (len(piece), self.extension, piece))
            connection.send(b"0\r\n" + self.trailers + b"\r\n")
