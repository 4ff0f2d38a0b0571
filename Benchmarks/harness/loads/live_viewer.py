"""One viewer of a live preview: finds the ends of frames in what arrives."""

import collections
import re
import socket

FRAME_BYTES = 60_000


class Viewer:
    """Reads an answer, chunked or not, and counts its content; all frames are equally long, so content tells frames."""

    def __init__(self, port: int, asked: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(asked)
        self.socket.setblocking(False)
        self.due: collections.deque[float] = collections.deque()
        self.head: bytes | None = b""
        self.is_chunked = False
        self.line = b""
        self.chunk_left = 0
        self.content = 0

    def take(self, view: memoryview) -> int:
        """Returns how many frames have become complete."""
        if self.head is not None:
            self.head += bytes(view)
            head, end, rest = self.head.partition(b"\r\n\r\n")
            if not end:
                return 0
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(head.decode(errors="replace")[:80])
            self.head = None
            self.is_chunked = re.search(rb"\r\ntransfer-encoding: *chunked", head.lower()) is not None
            view = memoryview(rest)
        before = self.content // FRAME_BYTES
        if self.is_chunked:
            self._take_chunks(view)
        else:
            self.content += len(view)
        return self.content // FRAME_BYTES - before

    def _take_chunks(self, view: memoryview) -> None:
        position, length = 0, len(view)
        while position < length:
            if self.chunk_left > 0:
                # The chunk's content and, in the last two bytes, the line end behind it.
                part = min(self.chunk_left, length - position)
                self.content += max(0, min(part, self.chunk_left - 2))
                self.chunk_left -= part
                position += part
                continue
            piece = bytes(view[position:position + 20])
            end = piece.find(b"\n")
            if end < 0:
                self.line += piece
                position += len(piece)
                continue
            size = int((self.line + piece[:end]).strip() or b"0", 16)
            self.line = b""
            position += end + 1
            if size == 0:
                raise ConnectionError("the live answer ended")
            self.chunk_left = size + 2
