"""An origin for content too large to store."""

from __future__ import annotations

import json
import zlib
from typing import Iterator

from origins.origin import Origin, OriginConnection

MEBIBYTE = 1 << 20
#: The content repeats this block; it is odd in content so that a lost or doubled piece shows in the checksum.
BLOCK = bytes((index * 7 + index // 251) % 256 for index in range(MEBIBYTE))


def blocks(mebibytes: int) -> "Iterator[bytes]":
    """The content, block by block; the first four bytes of each count it."""
    for number in range(mebibytes):
        yield number.to_bytes(4, "big") + BLOCK[4:]


def checksum(pieces: "Iterator[bytes]") -> "tuple[int, int]":
    """Size in bytes and CRC-32 of content that isn't kept."""
    size = crc = 0
    for piece in pieces:
        size += len(piece)
        crc = zlib.crc32(piece, crc)
    return size, crc


class BigOrigin(Origin):
    """GET answers with `mebibytes` of content, framed as "length", "chunked" or "close"; `sent` counts what left.

    Content that comes up is counted and checksummed, not stored, and the answer says both as JSON. With `is_held` the
    content isn't read before `release()`.
    """

    def __init__(self, mebibytes: int = 1, framing: str = "length", is_held: bool = False) -> None:
        super().__init__()
        self.mebibytes = mebibytes
        self.framing = framing
        self.sent = 0
        self._is_held = is_held

    def release(self) -> None:
        """Content is read from now on."""
        with self.changed:
            self._is_held = False
            self.changed.notify_all()

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request, content = connection.read_head()
            if request.method == "GET":
                connection.finish(request, content)
                self._send(connection)
                if self.framing == "close":
                    return
                continue
            with self.changed:
                self.changed.wait_for(lambda: not self._is_held or self._closing, self.patience)
            size, crc = checksum(content.pieces())
            connection.finish(request, content)
            answer = json.dumps({"size": size, "crc": crc}).encode()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))

    def _send(self, connection: OriginConnection) -> None:
        framing = {
            "length": b"Content-Length: %d\r\n" % (self.mebibytes * MEBIBYTE),
            "chunked": b"Transfer-Encoding: chunked\r\n",
            "close": b"Connection: close\r\n",
        }[self.framing]
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n%b\r\n" % framing)
        for block in blocks(self.mebibytes):
            if self.framing == "chunked":
                connection.send(b"%x\r\n" % len(block))
            for start in range(0, len(block), 65536):
                connection.send(block[start : start + 65536])
                self.sent += 65536
            if self.framing == "chunked":
                connection.send(b"\r\n")
        if self.framing == "chunked":
            connection.send(b"0\r\n\r\n")
