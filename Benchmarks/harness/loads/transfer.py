"""Large contents: 32 MiB down and up, counted whole: no new one starts after the time is up, and all are finished."""

import socket
import threading
import time

from ..backend import DOWNLOAD_BYTES, Backend
from ..client import request
from ..peers import Peer
from ..preflight import upload_content
from .load import PLACE, Column, Load, Target, cpu_columns, metered

CONNECTIONS = 4
MEBIBYTES = DOWNLOAD_BYTES / (1 << 20)


class Transfer(Load):
    """Each connection is a thread; their time is spent in system calls, where Python lets the others run."""

    columns = [*cpu_columns("MiB"), Column("mib_per_second", "MiB/s", 0), *PLACE]

    def __init__(self, name: str, title: str, is_upload: bool, targets: list[Target]) -> None:
        self.name, self.title, self.is_upload, self.targets = name, title, is_upload, targets
        self.content = b""

    def prepare(self, peers: list[Peer], backend: Backend) -> None:
        if self.is_upload:
            self.content = upload_content(peers[0].around.credentials.account, DOWNLOAD_BYTES)

    def finish(self) -> None:
        self.content = b""

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        return metered(peer, lambda: self._run(peer, seconds), units="mebibytes")

    def _run(self, peer: Peer, seconds: float) -> dict[str, float]:
        authorization = peer.around.credentials.authorization
        if self.is_upload:
            asked = request("POST", peer.target("/streams"), authorization, self.content)
        else:
            asked = request("GET", peer.target("/streams/logs"), authorization)
        begin = time.monotonic()
        clients = [_Client(peer.port, asked, not self.is_upload, begin + seconds) for _ in range(CONNECTIONS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(seconds + 120)
        elapsed = time.monotonic() - begin
        mebibytes = sum(client.finished for client in clients) * MEBIBYTES
        return {
            "mebibytes": mebibytes,
            "mib_per_second": mebibytes / elapsed,
            "errors": sum(client.failed or client.is_alive() for client in clients),
        }


class _Client(threading.Thread):
    def __init__(self, port: int, asked: bytes, is_download: bool, deadline: float) -> None:
        super().__init__(daemon=True)
        self.port, self.asked, self.is_download, self.deadline = port, asked, is_download, deadline
        self.finished = 0
        self.failed = False

    def run(self) -> None:
        buffer = bytearray(1 << 18)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
                while time.monotonic() < self.deadline:
                    connection.sendall(self.asked)
                    self._read_answer(connection, buffer)
                    self.finished += 1
        except (OSError, ValueError):
            self.failed = True

    def _read_answer(self, connection: socket.socket, buffer: bytearray) -> None:
        """Counts the content and checks its length; chunked answers would need reading and don't come here."""
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(16384)
            if not part:
                raise ValueError("the connection ended")
            head += part
        head, _, content = head.partition(b"\r\n\r\n")
        left = -len(content)
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                left += int(line[15:])
        if not head.startswith(b"HTTP/1.1 2") or (self.is_download and left + len(content) != DOWNLOAD_BYTES):
            raise ValueError("not the expected answer")
        while left > 0:
            got = connection.recv_into(buffer, min(left, len(buffer)))
            if got == 0:
                raise ValueError("the answer ended early")
            left -= got
