"""Open loop: requests leave on a fixed schedule whatever the answers do, and a late answer counts from its due time."""

import json
import subprocess
from pathlib import Path

from ..backend import Backend
from ..client import request
from ..peers import Peer
from .closed import Wrk
from .load import LATENCY, PLACE, Column, Load, cpu_columns, metered

SOURCE = Path(__file__).resolve().parents[2] / "native" / "openloop.c"
CONNECTIONS = 64


class OpenLoop(Load):
    """All peers get one rate: half of what the slowest of them reaches in a short closed loop, Envoy aside, which gets
    half of its own where that is less."""

    name = "json-open"
    title = "Small JSON, open loop at half of saturation, 64 connections"
    columns = [Column("rate", "rate/s", 0), *cpu_columns("request"), *LATENCY, Column("max_ms", "max ms", 2), *PLACE]

    def __init__(self) -> None:
        self.rates: dict[str, float] = {}
        self.program: Path | None = None

    def prepare(self, peers: list[Peer], backend: Backend) -> None:
        self.program = peers[0].around.scratch / "openloop"
        subprocess.run(["cc", "-O2", "-o", self.program, SOURCE], check=True, timeout=60)
        saturation = {
            peer.name: Wrk(peer, peer.target("/streams"), 32, 1).wait()["rps"] for peer in peers}
        common = min((rate for name, rate in saturation.items() if name != "envoy"), default=1e9)
        for name, rate in saturation.items():
            self.rates[name] = min(common, rate) / 2

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        return metered(peer, lambda: self._run(peer, seconds))

    def _run(self, peer: Peer, seconds: float) -> dict[str, float]:
        rate = self.rates[peer.name]
        done = subprocess.run(
            [str(self.program), str(peer.port), str(CONNECTIONS), f"{rate:.0f}", f"{seconds:.3f}"],
            input=request("GET", peer.target("/streams"), peer.around.credentials.authorization),
            capture_output=True, timeout=seconds + 60)
        if done.returncode != 0:
            raise RuntimeError(f"the open-loop client failed: {done.stderr.decode().strip()[:300]}")
        return {"rate": rate, **json.loads(done.stdout)}
