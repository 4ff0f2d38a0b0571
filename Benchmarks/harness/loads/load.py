"""What a load is: one measurement of one peer, and the columns of its table."""

from collections.abc import Callable
from dataclasses import dataclass

from ..backend import Backend
from ..meter import CoreReading
from ..peers import Peer


@dataclass(frozen=True)
class Column:
    """One figure of a measurement: its key, its heading and its decimals."""

    key: str
    heading: str
    decimals: int = 1


def cpu_columns(unit: str) -> list[Column]:
    return [Column("cpu_us", f"CPU µs/{unit}"), Column("user_us", "user"), Column("system_us", "system")]


LATENCY = [Column("p50_ms", "p50 ms", 2), Column("p99_ms", "p99 ms", 2), Column("p999_ms", "p99.9 ms", 2)]
PLACE = [Column("busy", "core busy %", 0), Column("foreign", "others %", 0)]


@dataclass(frozen=True)
class Target:
    """What the figure of ours may be at most: `ratio` to the better of nginx and HAProxy, or absolute."""

    key: str
    limit: float
    is_ratio: bool = True
    against: tuple[str, ...] = ("nginx", "haproxy")


class Load:
    """`fresh`: every measurement gets a newly started peer. `yardsticks` are measured too."""

    name = ""
    title = ""
    columns: list[Column] = []
    targets: list[Target] = []
    fresh = False
    yardsticks: "tuple[str, ...]" = ()
    live = False
    warms_up = True
    most_rounds = 1000

    def upstream_port(self, backend_port: int) -> int:
        return backend_port

    def prepare(self, peers: list[Peer], backend: Backend) -> None:
        """Once, when all peers of this load run. Not called where peers are started for each measurement."""

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        """One measurement; `errors` is among the figures and must be 0."""
        raise NotImplementedError

    def finish(self) -> None:
        """Once, after the last measurement."""


def metered(peer: Peer, work: Callable[[], dict[str, float]], units: str = "requests") -> dict[str, float]:
    """Runs the work and adds what the peer used per unit of it. `units` names the figure that counts them."""
    core, cpu = CoreReading.take(peer.around.cores.proxy), peer.cpu()
    figures = work()
    used, after = peer.cpu(), CoreReading.take(peer.around.cores.proxy)
    count = figures[units]
    if not count:
        return figures | {"errors": figures["errors"] + 1}
    if not peer.pids:
        return figures
    figures |= used.since(cpu, count)
    elapsed = after.at - core.at
    figures["busy"] = 100 * figures["cpu_seconds"] / elapsed
    figures["foreign"] = 100 * after.foreign_share(core, figures["cpu_seconds"])
    return figures
