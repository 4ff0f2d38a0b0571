"""Reading from a socket with a deadline on every read; nothing here waits for ever."""

from __future__ import annotations

import socket
import time

import sanitizer

#: Seconds one read operation may take before the peer counts as silent.
DEADLINE = 10.0 * sanitizer.SLOWNESS
#: The longest line (start line, field, chunk size) that either end accepts from the proxy.
LINE_LIMIT = 65536
#: How much of what came is kept in a record, in bytes.
RECORD_LIMIT = 1 << 20


class WireFault(AssertionError):
    """What came over the wire isn't what the protocol allows."""


class Malformed(WireFault):
    """The bytes break the grammar."""


class Incomplete(WireFault):
    """The peer closed in the middle of a message."""


class Silence(WireFault):
    """The peer sent nothing until the deadline."""


class ByteStream:
    """The receiving half of a socket: buffered, strict about line ends, deadlines in seconds."""

    def __init__(self, sock: socket.socket, timeout: float = DEADLINE, record: "bytearray | None" = None) -> None:
        self.sock = sock
        self.timeout = timeout
        self.buffer = bytearray()
        self.was_reset = False
        self._ended = False
        self._record = record

    def _receive(self, end: float, size: int = 65536) -> bool:
        """Appends what comes next to the buffer; false at the end of the stream."""
        if self._ended:
            return False
        remaining = end - time.monotonic()
        if remaining <= 0:
            raise Silence(f"nothing came in {self.timeout} s; unread so far: {bytes(self.buffer[:200])!r}")
        self.sock.settimeout(remaining)
        try:
            data = self.sock.recv(size)
        except socket.timeout:
            raise Silence(f"nothing came in {self.timeout} s; unread so far: {bytes(self.buffer[:200])!r}") from None
        except (ConnectionResetError, BrokenPipeError):
            self.was_reset = True
            data = b""
        if not data:
            self._ended = True
            return False
        if self._record is not None and len(self._record) < RECORD_LIMIT:
            self._record += data
        self.buffer += data
        return True

    def _take(self, size: int) -> bytes:
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def read_line(self, end: "float | None" = None) -> bytes:
        """A line without its CRLF. A bare CR or LF is malformed. Raises EOFError where the stream ends before it."""
        end = end or time.monotonic() + self.timeout
        while True:
            at = self.buffer.find(b"\n")
            if at >= 0:
                line = self._take(at + 1)
                if not line.endswith(b"\r\n"):
                    raise Malformed(f"bare LF after {line!r}")
                if b"\r" in line[:-2]:
                    raise Malformed(f"bare CR in {line!r}")
                return line[:-2]
            if len(self.buffer) > LINE_LIMIT:
                raise Malformed(f"a line of more than {LINE_LIMIT} bytes")
            if not self._receive(end):
                if self.buffer:
                    raise Incomplete(f"the peer closed in mid-line, after {bytes(self.buffer)!r}")
                raise EOFError("the peer closed")

    def read_exactly(self, size: int) -> bytes:
        """Exactly `size` bytes; the deadline covers each arrival, so that long content may take its time."""
        while len(self.buffer) < size:
            if not self._receive(time.monotonic() + self.timeout):
                raise Incomplete(f"the peer closed after {len(self.buffer)} of {size} bytes")
        return self._take(size)

    def read_some(self, limit: int = 65536) -> bytes:
        """What is there or comes next, at most `limit` bytes; empty at the end of the stream."""
        if not self.buffer and not self._receive(time.monotonic() + self.timeout, limit):
            return b""
        return self._take(limit)

    def read_to_end(self) -> bytes:
        """Everything until the peer closes; the deadline covers the whole."""
        end = time.monotonic() + self.timeout
        while self._receive(end):
            pass
        return self._take(len(self.buffer))
