"""A client that asks and asks and never reads is held back, whoever answers it; once it reads, it gets every answer."""

from __future__ import annotations

import select

import pytest

from origins import EchoOrigin
from proxy_process import MemoryWatch
from vocabulary import route

MEBIBYTE = 1 << 20


def pipelined_until_blocked(connection, request: bytes, limit: int) -> int:
    """Sends requests until none is taken for a second; gives how many bytes were. Fails beyond `limit`."""
    sock = connection.stream.sock
    sock.setblocking(False)
    readiness = select.poll()
    readiness.register(sock, select.POLLOUT)
    block = request * 200
    sent = 0
    while readiness.poll(1000):
        sent += sock.send(block[sent % len(request) :])
        assert sent < limit, "requests are taken without end, though no answer is"
    sock.setblocking(True)
    return sent


@pytest.mark.parametrize("target", ["/version", route("/nothing"), route("/streams")])
def test_small_pipelined_answers_are_held_back(start_proxy, target):
    proxy = start_proxy(EchoOrigin(), workers=1)
    credentials = f"{proxy.credentials[0]}: {proxy.credentials[1]}"
    request = f"GET {target} HTTP/1.1\r\nHost: proxy\r\n{credentials}\r\n\r\n".encode()
    assert proxy.ask("GET", "/streams").status == 200
    with MemoryWatch(proxy) as memory, proxy.connect(receive_buffer=8192) as connection:
        sent = pipelined_until_blocked(connection, request, 64 * MEBIBYTE)
        assert memory.growth < 8 * MEBIBYTE
        # Whole requests that were taken are all answered, in order, once the client reads.
        for _ in range(min(sent // len(request), 500)):
            assert connection.read_answer().status in (200, 404)
