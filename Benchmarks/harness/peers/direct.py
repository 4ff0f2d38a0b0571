"""No proxy at all: the backend asked directly, the yardstick for added delay."""

from ..meter import CPUReading, MemoryReading
from .peer import Peer


class Direct(Peer):
    name = "direct"
    mount = "/1"
    is_proxy = False

    def start(self) -> None:
        self.port = self.upstream_port

    @property
    def pids(self) -> list[int]:
        return []

    def cpu(self) -> CPUReading:
        return CPUReading(0, 0, 0)

    def memory(self) -> MemoryReading:
        return MemoryReading(0, 0)
