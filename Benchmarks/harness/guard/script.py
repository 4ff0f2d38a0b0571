"""The fixed script: the same requests in the same order, one at a time, so that two runs do the same work.

One at a time is the dearest way for a proxy: nothing can be batched over connections, each request wakes it twice."""

from ..client import Connection, request
from ..peers import Peer

CONNECTIONS = 4
ROUTES = {"json": "/streams", "frame": "/streams/{stream}/preview/handler/frame"}
STEADY_AFTER = 200


class Script:
    """Connections stay open over calls of `play`; the first requests bring the peer into its steady state."""

    def __init__(self, peer: Peer, name: str) -> None:
        credentials = peer.around.credentials
        target = peer.target(ROUTES[name].format(stream=credentials.stream))
        self.asked = request("GET", target, credentials.authorization)
        self.connections = [Connection(peer.port, timeout=120) for _ in range(CONNECTIONS)]
        self.play(STEADY_AFTER)

    def play(self, requests: int) -> None:
        for number in range(requests):
            status, _ = self.connections[number % CONNECTIONS].exchange(self.asked)
            if status != 200:
                raise RuntimeError(f"request {number} of the script got {status}")

    def close(self) -> None:
        for connection in self.connections:
            connection.close()
