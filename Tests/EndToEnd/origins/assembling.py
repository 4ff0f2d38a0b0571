"""An origin that answers nobody before all have asked."""

from __future__ import annotations

import threading

from origins.origin import Origin, OriginConnection


class AssemblingOrigin(Origin):
    """Answers when `size` requests wait at once, and then all of them; again for the next `size`."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._assembly = threading.Barrier(size)

    def serve(self, connection: OriginConnection) -> None:
        while True:
            connection.read_request()
            self._assembly.wait(self.patience)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
