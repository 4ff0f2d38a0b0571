"""An origin whose answers end with the connection."""

from __future__ import annotations

from origins.origin import Origin, OriginConnection


class CloseDelimitedOrigin(Origin):
    """Answers without a length in `version`, sends the content, and closes. HEAD gets the head alone."""

    def __init__(self, content: bytes, version: str = "HTTP/1.1") -> None:
        super().__init__()
        self.content = content
        self.version = version

    def serve(self, connection: OriginConnection) -> None:
        request = connection.read_request()
        connection.send(f"{self.version} 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n".encode())
        if request.method != "HEAD":
            connection.send(self.content)
        connection.shut()
        connection.wait_for_end()
