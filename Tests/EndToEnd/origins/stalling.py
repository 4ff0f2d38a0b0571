"""An origin that stops in the middle and never goes on."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection

#: What it sends before it falls silent, by the stage it stalls at.
STAGES = {
    "answer": b"",
    "head": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConte",
    "content": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nthe beginning",
    "chunk": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n",
}


class StallingOrigin(Origin):
    """Takes the request and sends the bytes of `stage`, then nothing. Notices when the proxy cuts the connection."""

    def __init__(self, stage: str = "answer") -> None:
        super().__init__()
        self.stage = stage

    def serve(self, connection: OriginConnection) -> None:
        connection.read_request()
        connection.send(STAGES[self.stage])
        connection.wait_for_end()
