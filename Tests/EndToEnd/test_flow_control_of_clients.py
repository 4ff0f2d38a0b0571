"""Clients that send where nobody reads yet: they are held back, and memory stays flat (section 6, point 5)."""

from __future__ import annotations

import threading
import time

import pytest

from origins import LiveOrigin, Origin, OriginConnection, StallingOrigin, WebSocketOrigin
from origins.big import MEBIBYTE, blocks, checksum
from origins.websocket import SWITCHING
from proxy_process import MemoryWatch
from vocabulary import LIVE, route
from wire import request_bytes

GROWTH = 40 * MEBIBYTE
UPGRADE = [("Connection", "Upgrade"), ("Upgrade", "websocket")]


def pour(connection, data: bytes, seconds: float) -> int:
    """Sends the data over and over without blocking, for so many seconds; gives how much was taken."""
    connection.sock.setblocking(False)
    sent, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            sent += connection.sock.send(data)
        except BlockingIOError:
            time.sleep(0.005)
        except ConnectionError:
            break
    return sent


@pytest.mark.parametrize("kind", ["live", "stalled"])
def test_what_comes_behind_a_running_request_is_held_back(start_proxy, kind):
    """Junk or requests, they wait with the client for as long as the answer lasts."""
    proxy = start_proxy(LiveOrigin(interval=0.1, size=1000) if kind == "live" else StallingOrigin())
    with MemoryWatch(proxy) as memory, proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        proxy.origin.wait_for_requests(1)
        sent = pour(connection, request_bytes("GET", route("/streams"), [proxy.credentials]) * 100, 1.5)
    assert memory.growth < GROWTH
    assert sent < 200 * MEBIBYTE
    assert len(proxy.origin.requests) == 1


class DeafTunnel(Origin):
    """Switches protocols and reads nothing before `listen()`; then it checks what comes and says its checksum."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._listening = threading.Event()

    def listen(self) -> None:
        """Bytes are read from now on."""
        self._listening.set()

    def serve(self, connection: OriginConnection) -> None:
        connection.read_request()
        connection.send(SWITCHING)
        self._listening.wait(self.patience)

        def pieces():
            left = self.size
            while left:
                piece = connection.stream.read_some(min(left, 65536))
                if not piece:
                    return
                left -= len(piece)
                yield piece

        connection.send(b"%d %d\r\n" % checksum(pieces()))
        connection.wait_for_end()


def test_a_tunnel_holds_the_client_back(start_proxy):
    size = 64
    proxy = start_proxy(DeafTunnel(size * MEBIBYTE))

    def upload(connection) -> None:
        for block in blocks(size):
            connection.send(block)

    with MemoryWatch(proxy) as memory, proxy.connect(timeout=30) as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials, *UPGRADE])
        assert connection.read_final_head()[0].status == 101
        thread = threading.Thread(target=upload, args=(connection,), daemon=True)
        thread.start()
        thread.join(1)
        assert thread.is_alive(), "64 MiB were taken though nobody read them"
        proxy.origin.listen()
        thread.join(30)
        assert connection.stream.read_line() == b"%d %d" % checksum(blocks(size))
    assert memory.growth < GROWTH


def test_a_tunnel_holds_the_origin_back(start_proxy):
    class Flood(WebSocketOrigin):
        """Sends 64 MiB through the tunnel."""

        sent = 0

        def tunnel(self, connection: OriginConnection) -> None:
            for block in blocks(64):
                connection.send(block)
                self.sent += len(block)
            connection.shut()
            connection.wait_for_end()

    proxy = start_proxy(Flood())
    with MemoryWatch(proxy) as memory, proxy.connect(timeout=30, receive_buffer=4096) as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials, *UPGRADE])
        assert connection.read_final_head()[0].status == 101
        begin = time.monotonic()
        while time.monotonic() - begin < 1:
            time.sleep(0.05)
        assert proxy.origin.sent < 64 * MEBIBYTE, "64 MiB were taken though nobody read them"
        assert checksum(iter(connection.stream.read_some, b"")) == checksum(blocks(64))
    assert memory.growth < GROWTH


def test_a_hundred_stalled_uploads_do_not_stop_the_others(start_proxy):
    proxy = start_proxy(StallingOrigin(), workers=1)
    stalled = [proxy.connect() for _ in range(100)]
    try:
        with MemoryWatch(proxy) as memory:
            for connection in stalled:
                fields = [proxy.credentials, ("Content-Length", "1000000000")]
                connection.send(request_bytes("POST", route("/streams"), fields))
                pour(connection, b"x" * 65536, 0.02)
            proxy.assert_survives()
        assert memory.growth < GROWTH
    finally:
        for connection in stalled:
            connection.reset()
