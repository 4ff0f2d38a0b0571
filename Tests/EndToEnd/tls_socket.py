"""The client's end of a TLS connection, with the wire in hand: it can stop anywhere and end in every way."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path


def client_context(root: "Path | str", *protocols: str) -> ssl.SSLContext:
    """Verifies against that root; offers `protocols` by ALPN where there are any."""
    context = ssl.create_default_context(cafile=str(root))
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


class TLSSocket:
    """Stands in for a socket. `raw` is the real one below."""

    def __init__(
        self, raw: socket.socket, context: ssl.SSLContext, session: "ssl.SSLSession | None" = None, shake: bool = True
    ) -> None:
        self.raw = raw
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_hostname="127.0.0.1", session=session)
        if shake:
            self._until_done(self.tls.do_handshake)

    def greeting(self) -> bytes:
        """The ClientHello, for whoever wants to send it in another way."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self._out.read()

    def sealed(self, data: bytes) -> bytes:
        """Records with the data, not sent."""
        self.tls.write(data)
        return self._out.read()

    def _flush(self) -> None:
        pending = self._out.read()
        if pending:
            self.raw.sendall(pending)

    def _until_done(self, call):
        while True:
            try:
                result = call()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                data = self.raw.recv(65536)
                if data:
                    self._in.write(data)
                else:
                    self._in.write_eof()

    def recv(self, size: int) -> bytes:
        """Empty at the peer's close_notify. Without one the end is no end but a cut."""
        try:
            return self._until_done(lambda: self.tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLEOFError:
            raise ConnectionResetError("the peer closed without close_notify") from None

    def sendall(self, data: "bytes | bytearray | memoryview") -> None:
        view = memoryview(data)
        while view:
            view = view[self._until_done(lambda: self.tls.write(view[:65536])) :]

    def shutdown(self, _: int) -> None:
        """Says that no more will come, and goes on reading."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self._flush()
        self.raw.shutdown(socket.SHUT_WR)

    def settimeout(self, seconds: "float | None") -> None:
        self.raw.settimeout(seconds)

    def setsockopt(self, *arguments: int) -> None:
        self.raw.setsockopt(*arguments)

    def getsockname(self):
        return self.raw.getsockname()

    def fileno(self) -> int:
        return self.raw.fileno()

    def close(self) -> None:
        """Closes without a word, as many clients do."""
        self.raw.close()
