"""Five thousand connections that take their time: honest clients are served, memory is bounded, and all of them end."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from origins import EchoOrigin
from proxy_process import MemoryWatch
from vocabulary import route
from wire import eventually, request_bytes

CONNECTIONS = 5000
#: Below the default limit of connections for each of them.
ADDRESSES = [f"127.0.1.{number}" for number in range(1, 11)]
#: What one slow connection may cost, in bytes of the proxy's memory: its object, its deadline, and a buffer that holds
#: a head or the beginning of some content.
COST = 6144
#: As the defaults, only sooner over.
LIMITS = {
    "first_byte_timeout": 6,
    "request_head_timeout": 6,
    "content_rate_window": 3,
    "content_rate_grace": 3,
}


class Attack:
    """Connections in four kinds: heads and contents that trickle, heads that stop, and connections that say nothing."""

    def __init__(self, proxy) -> None:
        fields = [proxy.credentials, ("Content-Type", "application/json"), ("Content-Length", "100000")]
        #: What each kind begins with; the first two go on a byte at a time.
        self._beginnings = [
            b"GET / HTTP/1.1\r\nHost: h\r\nX-A: ",
            request_bytes("POST", route("/streams"), fields),
            b"GET / HTTP/1.1\r\nHost: h\r\n",
            b"",
        ]
        self._sockets: "list[socket.socket]" = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._trickle, daemon=True)
        self.rounds = 0
        for number in range(CONNECTIONS):
            sock = socket.socket()
            sock.bind((ADDRESSES[number % len(ADDRESSES)], 0))
            sock.connect(proxy.address)
            self._sockets.append(sock)
            with contextlib.suppress(OSError):
                sock.sendall(self._beginnings[number % 4])
            sock.setblocking(False)

    def __enter__(self) -> "Attack":
        self._thread.start()
        return self

    def _trickle(self) -> None:
        while not self._over.is_set():
            for number, sock in enumerate(self._sockets):
                if number % 4 < 2:
                    with contextlib.suppress(OSError):
                        sock.send(b"x")
            self.rounds += 1
            self._over.wait(0.2)  # A pace, not a synchronisation.

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        for sock in self._sockets:
            sock.close()


def test_honest_clients_are_served_meanwhile(many_descriptors, start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=2, isolation=1, LIMITS=LIMITS)
    assert proxy.ask("GET", "/streams/count").status == 200
    before = proxy.descriptors()
    with MemoryWatch(proxy) as memory, Attack(proxy) as attack:
        peak, slowest, served = 0, 0.0, 0
        # Served throughout, until the last of the slow connections has been ended.
        end = time.monotonic() + 90
        while served < 100 or proxy.descriptors() > before + 20:
            assert time.monotonic() < end, f"{proxy.descriptors() - before} slow connections are still open"
            peak = max(peak, proxy.descriptors() - before)
            begin = time.monotonic()
            with proxy.connect(timeout=10) as connection:
                connection.ask("GET", route("/streams/count"), [proxy.credentials])
                assert connection.read_answer().status == 200
            slowest = max(slowest, time.monotonic() - begin)
            served += 1
        assert attack.rounds > 2
    assert peak > CONNECTIONS / 2, "so many were there at once"
    assert memory.growth < CONNECTIONS * COST, f"{memory.growth / CONNECTIONS:.0f} bytes for each connection"
    assert slowest < 5
    print(f"{peak} at once, {served} honest calls, slowest {slowest:.2f} s, {memory.growth / CONNECTIONS:.0f} bytes each")
    eventually(lambda: proxy.descriptors() <= before + 20, 10)
