"""Cold cache herd: 256 connections ask at once with a token the proxy has not seen yet."""

import selectors
import time

from ..client import Connection, request
from ..figures import latencies_ms
from ..peers import Peer
from .load import Column, Load, cpu_columns, metered

CONNECTIONS = 256
BATCHES = 8


class Herd(Load):
    """A fresh peer each time, so that every batch's token is new to it. The first token is spent on opening the
    connections on both sides."""

    name = "herd-256"
    title = f"Cold cache: {CONNECTIONS} connections at once, {BATCHES} times with a new token"
    fresh = True
    columns = [*cpu_columns("request"), Column("p50_ms", "p50 ms", 2), Column("p99_ms", "p99 ms", 2),
               Column("all_ms", "all answered ms", 2)]

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        tokens = peer.around.credentials.tokens[:BATCHES + 1]
        asked = [request("GET", peer.target("/streams"), f"Bearer {token}") for token in tokens]
        connections = [Connection(peer.port) for _ in range(CONNECTIONS)]
        try:
            _ask_all(connections, asked[0])
            time.sleep(0.2)
            return metered(peer, lambda: self._run(connections, asked[1:]))
        finally:
            for connection in connections:
                connection.close()

    def _run(self, connections: list[Connection], batches: list[bytes]) -> dict[str, float]:
        delays: list[float] = []
        longest: list[float] = []
        errors = 0
        for asked in batches:
            delay, wrong = _ask_all(connections, asked)
            delays += delay
            longest.append(max(delay))
            errors += wrong
        return {
            "requests": len(delays), "errors": errors, "all_ms": 1000 * sorted(longest)[len(longest) // 2],
            **latencies_ms(delays)}


def _ask_all(connections: list[Connection], asked: bytes) -> tuple[list[float], int]:
    """Sends on all, then takes the answers as they come. Delays count from the first send."""
    waiting = selectors.DefaultSelector()
    delays: list[float] = []
    errors = 0
    for connection in connections:
        waiting.register(connection.socket, selectors.EVENT_READ, connection)
    begin = time.monotonic()
    for connection in connections:
        connection.socket.sendall(asked)
    while len(delays) < len(connections):
        ready = waiting.select(30)
        if not ready:
            errors += len(connections) - len(delays)
            break
        for key, _ in ready:
            status, _ = key.data.answer()
            delays.append(time.monotonic() - begin)
            errors += status != 200
    waiting.close()
    return delays, errors
