"""10,000 connections that have asked once and are now quiet: what each costs in user space."""

import time

from ..client import Connection, request
from ..peers import Peer
from .load import Column, Load, Target

CONNECTIONS = 10_000
SETTLING = 2.0


class Idle(Load):
    """A fresh peer each time: memory given back to the allocator, not to the kernel, would hide a second filling."""

    name = "idle-10000"
    title = "10,000 idle keep-alive connections"
    fresh = True
    most_rounds = 3
    columns = [Column("unique_bytes", "bytes/connection (USS)", 0), Column("proportional_bytes", "(PSS)", 0),
               Column("before_mib", "MiB before", 1), Column("after_mib", "MiB after", 1),
               Column("open_ms", "ms to open all", 0)]
    targets = [Target("unique_bytes", 1024, is_ratio=False)]

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        asked = request("GET", peer.target("/streams"), peer.around.credentials.authorization)
        time.sleep(SETTLING / 2)
        before = peer.memory()
        connections: list[Connection] = []
        errors = 0
        try:
            begin = time.monotonic()
            for _ in range(CONNECTIONS):
                connection = Connection(peer.port)
                connections.append(connection)
                status, _ = connection.exchange(asked)
                errors += status != 200
            opened = time.monotonic() - begin
            time.sleep(SETTLING)
            after = peer.memory()
            # All must still be there: a connection closed behind our back costs nothing.
            for connection in connections[::50]:
                status, _ = connection.exchange(asked)
                errors += status != 200
        finally:
            for connection in connections:
                connection.close()
        return {
            "unique_bytes": (after.unique - before.unique) / CONNECTIONS,
            "proportional_bytes": (after.proportional - before.proportional) / CONNECTIONS,
            "before_mib": before.unique / (1 << 20),
            "after_mib": after.unique / (1 << 20),
            "open_ms": opened * 1000,
            "errors": errors,
        }
