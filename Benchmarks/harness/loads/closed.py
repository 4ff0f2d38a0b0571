"""Closed loop with wrk: each connection asks again as soon as it is answered."""

import json
import math
import subprocess
import time
from pathlib import Path

from ..backend import Backend
from ..machine import find_program
from ..peers import Peer
from .load import LATENCY, PLACE, Column, Load, Target, cpu_columns, metered

SCRIPT = Path(__file__).resolve().parents[2] / "lua" / "report.lua"


class Wrk:
    """One run of wrk with one thread, for whole seconds."""

    def __init__(self, peer: Peer, target: str, connections: int, seconds: int, *fields: str) -> None:
        program = find_program("wrk")
        if program is None:
            raise RuntimeError("wrk is not installed")
        self.seconds = seconds
        command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT),
                   "-H", f"Authorization: {peer.around.credentials.authorization}"]
        for field in fields:
            command += ["-H", field]
        command.append(f"http://127.0.0.1:{peer.port}{target}")
        self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stop(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()

    def wait(self) -> dict[str, float]:
        try:
            output, complaints = self.popen.communicate(timeout=self.seconds + 60)
        finally:
            self.stop()
        if self.popen.returncode != 0:
            raise RuntimeError(f"wrk failed: {complaints.strip()[:300]}")
        raw = json.loads(next(line for line in output.splitlines() if line.startswith("JSON "))[5:])
        return {
            "requests": raw["requests"],
            "rps": raw["requests"] / raw["duration_us"] * 1e6,
            "p50_ms": raw["p50_us"] / 1000,
            "p99_ms": raw["p99_us"] / 1000,
            "p999_ms": raw["p999_us"] / 1000,
            "errors": sum(raw[key] for key in raw if key.endswith("_errors")) + raw["timeouts"],
        }


class Closed(Load):
    """`route` may name the run's stream as `{stream}`. What the peer uses is taken from a window within wrk's run, when
    all connections stand, and divided by the requests the backend saw in it; the percentiles are of the whole run."""

    def __init__(self, name: str, title: str, route: str, connections: int, targets: list[Target],
                 fields: tuple[str, ...] = (), yardsticks: tuple[str, ...] = ()) -> None:
        self.name, self.title, self.route = name, title, route
        self.connections, self.targets, self.fields = connections, targets, fields
        self.yardsticks = yardsticks
        self.columns = [*cpu_columns("request"), Column("rps", "requests/s", 0), *LATENCY, *PLACE]

    def prepare(self, peers: list[Peer], backend: Backend) -> None:
        self.backend = backend

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        target = peer.target(self.route.format(stream=peer.around.credentials.stream))
        ramp = 1 if self.connections <= 1000 else 4
        wrk = Wrk(peer, target, self.connections, math.ceil(ramp + seconds) + 1, *self.fields)
        try:
            time.sleep(ramp)
            figures = metered(peer, lambda: self._window(seconds), units="window_requests")
            whole = wrk.wait()
        finally:
            wrk.stop()
        whole["errors"] += figures["errors"]
        return {**whole, **figures, "errors": whole["errors"]}

    def _window(self, seconds: float) -> dict[str, float]:
        begin, before = time.monotonic(), self.backend.requests()
        time.sleep(seconds)
        count = self.backend.requests() - before
        return {"window_requests": count, "rps": count / (time.monotonic() - begin), "errors": 0}
