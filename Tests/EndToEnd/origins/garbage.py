"""An origin that doesn't speak HTTP."""

from __future__ import annotations

from origins.canned import CannedOrigin

GARBAGE = {
    "greeting of a mail server": b"220 mail.example ESMTP\r\n",
    "tls alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "zeros": bytes(4096),
    "content without a head": b"<html>HTTP/0.9</html>\r\n\r\n",
    "high bytes": b"\xff\xfe" * 2000 + b"\r\n\r\n",
    "an endless line": b"HTTP/1.1 200 " + b"A" * 200_000,
    "a request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "empty lines": b"\r\n" * 2000,
    "http 2 preface answer": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00",
}


class GarbageOrigin(CannedOrigin):
    """Answers each request with bytes that are no answer, and closes."""

    def __init__(self, kind: str) -> None:
        super().__init__(GARBAGE[kind], then="close")
