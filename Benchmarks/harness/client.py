"""A small blocking HTTP/1.1 client on a kept connection: for checks, not for load."""

import socket


class Connection:
    """Reads answers framed by Content-Length or chunked, the latter for checks only."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Sends one request; returns the answer's status and content."""
        self.socket.sendall(request)
        return self.answer()

    def answer(self) -> tuple[int, bytes]:
        while (end := self.pending.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self.pending = self.pending[:end], self.pending[end + 4:]
        status = int(head[9:12])
        fields = {}
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip().lower()
        if fields.get(b"transfer-encoding") == b"chunked":
            return status, self._chunks()
        return status, self._take(int(fields.get(b"content-length", b"0")))

    def _chunks(self) -> bytes:
        content = b""
        while True:
            while (end := self.pending.find(b"\r\n")) < 0:
                self._more()
            size = int(self.pending[:end].split(b";")[0], 16)
            self.pending = self.pending[end + 2:]
            content += self._take(size + 2)[:-2]
            if size == 0:
                return content

    def _take(self, length: int) -> bytes:
        parts = [self.pending[:length]]
        got = len(parts[0])
        self.pending = self.pending[length:]
        while got < length:
            part = self.socket.recv(min(1 << 20, length - got))
            if not part:
                raise ConnectionError("the connection ended within an answer")
            parts.append(part)
            got += len(part)
        return b"".join(parts)

    def _more(self) -> None:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the connection ended before an answer")
        self.pending += part


def request(
    method: str, target: str, authorization: str | None = None, content: bytes = b"",
    content_type: str = "application/json",
) -> bytes:
    """One request as bytes."""
    lines = [f"{method} {target} HTTP/1.1", "Host: streams.example"]
    if authorization is not None:
        lines.append(f"Authorization: {authorization}")
    if content:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
