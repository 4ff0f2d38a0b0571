"""An origin that answers with what it received."""

from __future__ import annotations

import hashlib
import json

from origins.origin import Origin, OriginConnection, Received

#: Content up to this size stands in the echo; of longer content only size and digest.
SHOWN = 65536


def describe(request: Received) -> bytes:
    """The request as JSON: method, target, version, fields in order, content, and the connection it came on."""
    content = request.content
    return json.dumps(
        {
            "method": request.method,
            "target": request.target,
            "version": request.head.version,
            "fields": request.fields.lines,
            "content": content.decode("latin-1") if len(content) <= SHOWN else None,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "trailers": request.trailers.lines if request.trailers else [],
            "connection": request.connection,
        }
    ).encode()


class EchoOrigin(Origin):
    """Answers 200 and `describe(request)` with a Content-Length, for ever on one connection, HEAD as HEAD."""

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            echo = describe(request)
            head = (
                "HTTP/1.1 200 OK\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(echo)}\r\n"
                "X-Origin: echo\r\n\r\n"
            ).encode()
            connection.send(head + (b"" if request.method == "HEAD" else echo))
