"""Origins that should speak TLS and don't, or can't be trusted."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

from origins.echo import EchoOrigin
from origins.origin import Origin, OriginConnection


class PlainOrigin(Origin):
    """Answers a TLS greeting with plain text."""

    def serve(self, connection: OriginConnection) -> None:
        connection.stream.read_some()
        connection.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:")


def over_tls(kind: "type[Origin]") -> "type[Origin]":
    """The same origin, but over TLS; the first argument is the context that its connections are wrapped by."""

    class OverTLS(kind):
        def __init__(self, context: ssl.SSLContext, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)
            self._context = context

        @property
        def url(self) -> str:
            return super().url.replace("http:", "https:")

        def serve(self, connection: OriginConnection) -> None:
            connection.sock.settimeout(self.patience)
            connection.sock = connection.stream.sock = self._context.wrap_socket(connection.sock, server_side=True)
            super().serve(connection)

    return OverTLS


class SelfSignedOrigin(over_tls(EchoOrigin)):
    """An echo over TLS, with a certificate that nobody has signed but itself. `folder` keeps the certificate."""

    def __init__(self, folder: Path) -> None:
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
            + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        super().__init__(context)
