"""What all proxies under test have in common: how they start, stop, are measured and are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..credentials import Credentials
from ..machine import Cores
from ..meter import CPUReading, MemoryReading
from ..process import Process
from ..readiness import last_lines, wait_until_listening
from ..scratch import Scratch, free_port

MOUNT = "/6/plugins/luna-streams"


@dataclass(frozen=True)
class Surroundings:
    """What every peer shares in one run."""

    scratch: Scratch
    cores: Cores
    credentials: Credentials


@dataclass(frozen=True)
class Variant:
    """How one start differs from the usual one: unbuffered answers for live previews; no access log;
    one process only, a program in
    front (valgrind, strace) and an environment for the regression guard."""

    live: bool = False
    logs: bool = True
    single: bool = False
    prefix: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    passes_signals: bool = True


class Unavailable(Exception):
    """A peer that is not installed here: skipped, and said so."""


class Peer:
    """A proxy in front of `upstream_port`, from construction to `stop`."""

    name = ""
    mount = MOUNT
    #: Whether it does a proxy's work; else it is a yardstick, of which nothing is asked beforehand.
    is_proxy = True

    def __init__(self, around: Surroundings, upstream_port: int, variant: Variant = Variant()) -> None:
        self.around = around
        self.upstream_port = upstream_port
        self.variant = variant
        self.port = free_port()
        self.output = around.scratch / f"{self.name}.out"
        self.log = around.scratch / f"{self.name}.log"
        self.process: Process | None = None
        self.output.write_bytes(b"")
        self.log.write_bytes(b"")

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        self.process = Process(
            [*self.variant.prefix, *self.command()], cores=self.around.cores.proxy, output=self.output,
            folder=self.around.scratch.path, environment=self.variant.environment,
            wrapped=not self.variant.passes_signals)
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self) -> None:
        assert self.process is not None
        wait_until_listening(self.port, self.process, self.output)

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    @property
    def pids(self) -> list[int]:
        assert self.process is not None
        if not self.process.is_running:
            raise RuntimeError(f"{self.name} ended: {last_lines(self.output)}")
        return self.process.pids

    def cpu(self) -> CPUReading:
        return CPUReading.take(self.pids)

    def memory(self) -> MemoryReading:
        return MemoryReading.take(self.pids)

    def target(self, route: str) -> str:
        """The path a client asks for: `/streams` under the mount."""
        return self.mount + route

    def log_lines(self) -> list[str]:
        """The access log's lines; what is not JSON is the server's own talk."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return [line for line in file if line.startswith("{")]

    def log_line_count(self) -> int:
        with open(self.log, "rb") as file:
            return sum(line.startswith(b"{") for line in file)

    def truncate_logs(self) -> None:
        for path in {self.log, self.output}:
            _truncate(path)


def _truncate(path: Path) -> None:
    with open(path, "ab") as file:
        file.truncate(0)
