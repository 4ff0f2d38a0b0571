"""Streaming with flat memory: long content both ways, slow readers, viewers that never read (section 6, point 5)."""

from __future__ import annotations

import select
import threading
import time

import pytest

from bytestream import Incomplete
from origins import LiveOrigin, Origin, OriginConnection
from origins.big import MEBIBYTE, BigOrigin, blocks, checksum
from proxy_process import MemoryWatch, ProxyProcess
from vocabulary import LIVE, route
from wire import chunked, eventually, request_bytes

#: How much the proxy's memory may grow, whatever passes through it.
GROWTH = 40 * MEBIBYTE
SIZES = [64, pytest.param(1024, marks=pytest.mark.large)]


def warmed(start_proxy, origin, **options) -> ProxyProcess:
    """A proxy that has served each of its workers' first requests, so that its memory has its usual size."""
    proxy = start_proxy(origin, **options)
    for _ in range(8):
        proxy.assert_survives()
    return proxy


@pytest.mark.parametrize("mebibytes", SIZES)
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_long_answer_with_flat_memory(start_proxy, framing, mebibytes):
    proxy = warmed(start_proxy, BigOrigin(mebibytes, framing), timeouts={"request": 300})
    with MemoryWatch(proxy) as memory, proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert checksum(connection.content(connection.read_head()).pieces()) == checksum(blocks(mebibytes))
    assert memory.growth < GROWTH


@pytest.mark.parametrize("mebibytes", SIZES)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_long_upload_with_flat_memory(start_proxy, is_chunked, mebibytes):
    proxy = warmed(start_proxy, BigOrigin(), timeouts={"request": 300})
    field = ("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(mebibytes * MEBIBYTE))
    with MemoryWatch(proxy) as memory, proxy.connect(timeout=60) as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials, field]))
        for block in blocks(mebibytes):
            connection.send(b"%x\r\n%b\r\n" % (len(block), block) if is_chunked else block)
        if is_chunked:
            connection.send(chunked())
        size, crc = checksum(blocks(mebibytes))
        assert connection.read_answer("POST").json() == {"size": size, "crc": crc}
    assert memory.growth < GROWTH


def held_back(progress, limit: int, what: str) -> None:
    """Waits until `progress()` stands still for a second, and checks how far it came."""
    last, since = progress(), time.monotonic()

    def stands() -> bool:
        nonlocal last, since
        if progress() != last:
            last, since = progress(), time.monotonic()
        return time.monotonic() - since > 1

    eventually(stands, 30, f"{what} to be held back")
    assert progress() < limit, f"{what} were not held back: {progress()} bytes"


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_slow_reader_holds_the_origin_back(start_proxy, framing):
    proxy = warmed(start_proxy, BigOrigin(128, framing), timeouts={"request": 120, "sock_read": 60})
    with MemoryWatch(proxy) as memory, proxy.connect(receive_buffer=65_536) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head = connection.read_head()
        held_back(lambda: proxy.origin.sent, 96 * MEBIBYTE, "the origin's writes")
        assert checksum(connection.content(head).pieces()) == checksum(blocks(128))
    assert memory.growth < GROWTH


@pytest.mark.parametrize(
    "framing", [b"Connection: close", b"Transfer-Encoding: chunked", b"Content-Length: 1000000000"]
)
def test_a_reset_behind_a_slow_reader_never_looks_whole(start_proxy, framing):
    class ResettingOrigin(Origin):
        """Sends until nothing more is taken for half a second, then resets."""

        def serve(self, connection: OriginConnection) -> None:
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
            block = b"10000\r\n" + b"x" * 65536 + b"\r\n"
            connection.sock.setblocking(False)
            readiness = select.poll()
            readiness.register(connection.sock, select.POLLOUT)
            while readiness.poll(500):
                block = block[connection.sock.send(block) :] or b"10000\r\n" + b"x" * 65536 + b"\r\n"
            connection.reset()
            connection.mark_ended()

    proxy = start_proxy(ResettingOrigin())
    with proxy.connect(receive_buffer=4096) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head = connection.read_head()
        proxy.origin.wait_for_cut(0, 30)
        with pytest.raises(Incomplete):
            checksum(connection.content(head).pieces())


def test_a_slow_origin_holds_the_client_back(start_proxy):
    proxy = warmed(start_proxy, BigOrigin(is_held=True), timeouts={"request": 120, "sock_read": 60})
    sent = 0

    def upload(connection) -> None:
        nonlocal sent
        for block in blocks(128):
            connection.send(block)
            sent += len(block)

    with MemoryWatch(proxy) as memory, proxy.connect(timeout=60) as connection:
        fields = [proxy.credentials, ("Content-Length", str(128 * MEBIBYTE))]
        connection.send(request_bytes("POST", route("/streams"), fields))
        thread = threading.Thread(target=upload, args=(connection,), daemon=True)
        thread.start()
        held_back(lambda: sent, 96 * MEBIBYTE, "the client's writes")
        proxy.origin.release()
        thread.join(60)
        size, crc = checksum(blocks(128))
        assert connection.read_answer("POST").json() == {"size": size, "crc": crc}
    assert memory.growth < GROWTH


def test_a_slow_reader_does_not_slow_others(start_proxy):
    proxy = warmed(start_proxy, BigOrigin(64), workers=1)
    with proxy.connect(receive_buffer=4096) as slow:
        slow.ask("GET", route("/streams"), [proxy.credentials])
        slow.read_head()
        for _ in range(3):
            with proxy.connect() as fast:
                fast.ask("GET", route("/streams"), [proxy.credentials])
                assert checksum(fast.content(fast.read_head()).pieces()) == checksum(blocks(64))


def test_pipelined_requests_are_held_back_too(start_proxy):
    """A client that asks on and on without reading fills no memory."""
    proxy = warmed(start_proxy, BigOrigin(1), workers=1)
    one = request_bytes("GET", route("/streams"), [proxy.credentials])
    with MemoryWatch(proxy) as memory, proxy.connect(receive_buffer=4096) as connection:
        connection.sock.setblocking(False)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                connection.sock.send(one * 100)
            except BlockingIOError:
                time.sleep(0.01)
    assert memory.growth < GROWTH


@pytest.mark.parametrize("viewers", [200, pytest.param(1000, marks=pytest.mark.large)])
def test_viewers_of_which_half_never_read(start_proxy, viewers):
    """Memory stays flat and those who read are not disturbed."""
    proxy = warmed(start_proxy, LiveOrigin(interval=0.2 * viewers / 200, size=20_000))
    connections = [proxy.connect(timeout=20, receive_buffer=0 if number % 2 else 4096) for number in range(viewers)]
    try:
        with MemoryWatch(proxy) as memory:
            for connection in connections:
                connection.ask("GET", route(LIVE), [proxy.credentials])
            readers = connections[1::2]
            streams = [connection.content(connection.read_head()).pieces() for connection in readers]
            begin = time.monotonic()
            rounds = 0
            while time.monotonic() - begin < 6 or rounds < 5:
                for pieces in streams:
                    size = 0
                    while size < 20_000:
                        size += len(next(pieces))
                rounds += 1
        assert memory.growth < GROWTH
    finally:
        for connection in connections:
            connection.close()
    proxy.origin.wait_until(
        lambda: all(viewer.ended.is_set() for viewer in proxy.origin.viewers), 10, "every viewer's connection to be cut"
    )
