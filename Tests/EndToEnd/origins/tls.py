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


class SelfSignedOrigin(EchoOrigin):
    """An echo over TLS, with a certificate that nobody has signed but itself. `folder` keeps the certificate."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
            + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
            check=True,
            capture_output=True,
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:")

    def serve(self, connection: OriginConnection) -> None:
        connection.sock.settimeout(self.patience)
        connection.sock = connection.stream.sock = self._context.wrap_socket(connection.sock, server_side=True)
        super().serve(connection)
