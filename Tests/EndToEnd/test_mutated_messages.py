"""The running executable under bytes that nobody would send: the corpora, mutated, cut and mixed.

`FUZZ_SECONDS` is for how long (10), `FUZZ_SEED` where the mutations start; a seed of its own is made and told otherwise.
"""

from __future__ import annotations

import os
import random
import select
import socket
import struct
import time
from pathlib import Path

from malformed import DEFECTS
from origins import EchoOrigin
from proxy_process import SPARE_DESCRIPTORS
from vocabulary import route
from wire import eventually, request_bytes

SECONDS = float(os.environ.get("FUZZ_SECONDS", "10"))
SEED = int(os.environ.get("FUZZ_SEED", random.SystemRandom().randrange(1 << 32)))
#: Clients at once.
CLIENTS = 24
#: A client that hears nothing for so long goes: the proxy waits for more of its bytes, rightly.
PATIENCE = 0.2
CORPUS = Path(__file__).resolve().parents[1] / "Fuzzing/corpus"
#: What mutations like to put in.
WORDS = [b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b",", b"0\r\n\r\n", b"chunked", b"HTTP/1.1", b"\xff"]
WORDS += [b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"%2e", b"../"]
WORDS += [b"Connection: close\r\n", b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b"fffffffffffffff", b"-1"]


def messages(credentials: "tuple[str, str]") -> "list[bytes]":
    """What mutations start from: fuzzing's corpora, the defects, and good requests, which go upstream."""
    field = ": ".join(credentials).encode() + b"\r\n"
    found = [path.read_bytes() for name in ("request-head", "connection") for path in sorted((CORPUS / name).iterdir())]
    found += [
        defect.raw.replace(b"%ROUTE%", route("/streams").encode()).replace(b"%CREDENTIALS%", field)
        for defect in DEFECTS
    ]
    stream = "/streams/6d071cca-fda5-4a03-84d5-5bea65904480"
    good = [("GET", "/streams?page=1", None), ("POST", "/streams", b'{"a": 1}'), ("PUT", stream, b"{}")]
    good += [("DELETE", stream, None), ("GET", stream + "/preview/handler/live", None), ("HEAD", "/streams/count", None)]
    # As many as of the others, so that half of what is sent has a way to Luna-Streams.
    return found + [
        request_bytes(method, route(path), [credentials], content) for method, path, content in good
    ] * (len(found) // len(good))


def mutate(chance: random.Random, message: bytes, other: bytes) -> bytes:
    """Some changes of a few kinds."""
    data = bytearray(message)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        place = chance.randrange(len(data) + 1)
        end = min(len(data), place + chance.choice((1, 2, 8, 64)))
        kind = chance.randrange(6)
        if kind == 0:
            data[place:end] = b""
        elif kind == 1:
            data[place:place] = chance.choice(WORDS)
        elif kind == 2 and place < len(data):
            data[place] = chance.randrange(256)
        elif kind == 3:
            data[place:place] = data[place:end] * chance.choice((1, 2, 16))
        elif kind == 4:
            data[place:] = other[chance.randrange(len(other) + 1) :]
        else:
            data += other
    return bytes(data)


class Client:
    """One connection that sends its bytes in parts of chance sizes, reads what comes, and ends in a way of chance."""

    def __init__(self, address: "tuple[str, int]", data: bytes, chance: random.Random) -> None:
        self.sock = socket.create_connection(address)
        self.sock.setblocking(False)
        self.data = data
        self.chance = chance
        self.received = bytearray()
        self.last = time.monotonic()
        self.ending = chance.choice(("wait", "wait", "half-close", "close", "reset"))

    def go(self, readable: bool, writable: bool) -> bool:
        """One step; False where it is over."""
        try:
            if readable:
                part = self.sock.recv(65536)
                if not part:
                    return False
                self.received += part
                self.last = time.monotonic()
            if writable and self.data:
                part = self.data[: self.chance.choice((1, 7, 100, 5000, 100_000))]
                self.data = self.data[self.sock.send(part) :]
                self.last = time.monotonic()
                if not self.data and self.ending == "half-close":
                    self.sock.shutdown(socket.SHUT_WR)
                return bool(self.data) or self.ending not in ("close", "reset")
        except (BlockingIOError, InterruptedError):
            pass
        except (ConnectionError, BrokenPipeError, OSError):
            return False
        return time.monotonic() - self.last < PATIENCE

    def close(self) -> None:
        if self.ending == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def test_it_lives_and_loses_nothing(start_proxy):
    """Alive, as many descriptors as before, well-formed answers only, and upstream nothing but whole requests of ours."""
    print(f"FUZZ_SEED={SEED} FUZZ_SECONDS={SECONDS}")
    chance = random.Random(SEED)
    proxy = start_proxy(EchoOrigin())
    corpus = messages(proxy.credentials)
    proxy.assert_survives()
    before = proxy.descriptors()
    clients: "list[Client]" = []
    count = 0
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end or clients:
            while len(clients) < CLIENTS and time.monotonic() < end:
                data = b"".join(
                    mutate(chance, chance.choice(corpus), chance.choice(corpus)) for _ in range(chance.choice((1, 1, 3)))
                )
                clients.append(Client(proxy.address, data, chance))
                count += 1
            sockets = [client.sock for client in clients]
            readable, writable, _ = select.select(sockets, [c.sock for c in clients if c.data], [], 0.01)
            for client in list(clients):
                if not client.go(client.sock in readable, client.sock in writable):
                    client.close()
                    clients.remove(client)
                    text = bytes(client.received[:9])
                    assert b"HTTP/1.1 ".startswith(text) or text == b"HTTP/1.1 ", f"FUZZ_SEED={SEED}: {text!r}"
            assert proxy.process.poll() is None, f"FUZZ_SEED={SEED}: it ended after {count} clients: {proxy.text[-2000:]}"
    finally:
        for client in clients:
            client.close()
    proxy.assert_survives()
    eventually(
        lambda: proxy.descriptors() <= before + SPARE_DESCRIPTORS, 15, f"FUZZ_SEED={SEED}: the descriptors to be given back"
    )
    assert count > 20 * SECONDS / 10
    requests = list(proxy.origin.requests)
    assert requests, "nothing had a way to Luna-Streams"
    for request in requests:
        assert request.target.startswith(("/1/", "/version")), f"FUZZ_SEED={SEED}: {request.target}"
        assert "authorization" not in request.fields, f"FUZZ_SEED={SEED}"
    print(f"{count} clients, {len(requests)} requests upstream")
