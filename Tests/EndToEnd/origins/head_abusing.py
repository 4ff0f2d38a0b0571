"""An origin whose answers have heads or framing that no careful reader accepts (RFC 9112, sections 2.2, 4, 5, 6)."""

from __future__ import annotations

from origins.canned import CannedOrigin

_OK = b"HTTP/1.1 200 OK\r\n"
_END = b"Content-Length: 2\r\n\r\nok"

#: Name → answer. Each must end as 502 with code 4, and nothing of it may reach the client.
HEAD_ABUSES = {
    "huge head": _OK + b"X-Big: " + b"a" * 300_000 + b"\r\n" + _END,
    "ten thousand fields": _OK + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + _END,
    "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "bare LF in one field": _OK + b"X-A: b\nContent-Length: 2\r\n\r\nok",
    "bare CR in a value": _OK + b"X-A: b\rc\r\n" + _END,
    "NUL in a value": _OK + b"X-A: b\x00c\r\n" + _END,
    "control in a value": _OK + b"X-A: b\x07c\r\n" + _END,
    "length and coding": _OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "two different lengths": _OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "length list": _OK + b"Content-Length: 2, 3\r\n\r\nok!",
    "negative length": _OK + b"Content-Length: -2\r\n\r\nok",
    "signed length": _OK + b"Content-Length: +2\r\n\r\nok",
    "hexadecimal length": _OK + b"Content-Length: 0x2\r\n\r\nok",
    "empty length": _OK + b"Content-Length:\r\n\r\nok",
    "overflowing length": _OK + b"Content-Length: 18446744073709551618\r\n\r\nok",
    "folded field": _OK + b"X-A: b\r\n c\r\n" + _END,
    "folded first field": _OK + b" X-A: b\r\n" + _END,
    "space before the colon": _OK + b"Content-Length : 2\r\n\r\nok",
    "empty field name": _OK + b": x\r\n" + _END,
    "no colon": _OK + b"Nonsense\r\n" + _END,
    "unknown coding": _OK + b"Transfer-Encoding: gzip\r\n\r\nok",
    "coding twice": _OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked not last": _OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "coding in 1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "version 2.0": b"HTTP/2.0 200 OK\r\n" + _END,
    "version 1.2 digits": b"HTTP/1.12 200 OK\r\n" + _END,
    "lower-case version": b"http/1.1 200 OK\r\n" + _END,
    "status of two digits": b"HTTP/1.1 20 OK\r\n" + _END,
    "status of four digits": b"HTTP/1.1 2000 OK\r\n" + _END,
    "status in letters": b"HTTP/1.1 abc OK\r\n" + _END,
    "status below 100": b"HTTP/1.1 099 OK\r\n" + _END,
    "unasked 101": b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}


class HeadAbusingOrigin(CannedOrigin):
    """Answers each request with the abuse of that name, then closes."""

    def __init__(self, name: str) -> None:
        super().__init__(HEAD_ABUSES[name], then="close")
