"""One run: the backend, the peers of each load, the rounds in turn, everything ended at the end."""

import gc
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import preflight
from .backend import Backend
from .credentials import Credentials
from .loads import Load
from .loads.closed import Wrk
from .machine import Cores, raise_descriptor_limit
from .peers import Peer, Surroundings, Unavailable, Variant, catalogue, create_credentials
from .scratch import Scratch

TOKENS = 16


@dataclass
class Outcome:
    """`runs[load][peer]` are the measurements, in the order of the rounds."""

    runs: dict[str, dict[str, list[dict[str, float]]]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


class Session:
    """Use as `with Session(...) as session`."""

    def __init__(self, names: Sequence[str], binary: Path, baseline: Path | None, logs: bool = True) -> None:
        self.kinds = catalogue(binary, baseline)
        self.names = list(names)
        self.logs = logs
        self.unlike: set[str] = set()  # who has failed already and need not fail at every measurement
        self.outcome = Outcome()
        raise_descriptor_limit()
        self.cores = Cores.choose()
        os.sched_setaffinity(0, self.cores.load)
        self.scratch = Scratch()
        self.backend: Backend | None = None
        self.running: list[Peer] = []
        try:
            self._prepare(binary)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for peer in self.running:
            peer.stop()
        self.running = []
        if self.backend is not None:
            self.backend.stop()
        self.scratch.remove()

    def _prepare(self, binary: Path) -> None:
        ours = {"ours", "baseline"} & set(self.names)
        credentials = (create_credentials(self.scratch, binary, TOKENS) if ours and binary.exists()
                       else Credentials.invent(TOKENS))
        self.around = Surroundings(self.scratch, self.cores, credentials)
        self.backend = Backend(self.scratch, self.cores, credentials)

    def check_peers(self) -> None:
        """Leaves out who is not installed; a peer that does not do the same work is measured, but the run has failed."""
        assert self.backend is not None
        for name in list(self.names):
            try:
                peer = self._start(name, self.backend.port, Variant(logs=self.logs))
            except Unavailable as reason:
                self.outcome.skipped[name] = str(reason)
                self.names.remove(name)
                say(f"{name}: skipped: {reason}")
                continue
            for complaint in preflight.complaints(peer) if peer.is_proxy else ():
                self.unlike.add(name)
                self.outcome.failures.append(f"{name} does other work than the rest: {complaint}")
                say(self.outcome.failures[-1])
            self._stop(peer)

    def run(self, load: Load, rounds: int, seconds: float) -> None:
        assert self.backend is not None
        rounds = min(rounds, load.most_rounds)
        port = load.upstream_port(self.backend.port)
        variant = Variant(live=load.live, logs=self.logs)
        names = self.names + self._yardsticks(load, port, variant)
        results = self.outcome.runs.setdefault(load.name, {name: [] for name in names})
        say(f"{load.title}")
        try:
            peers = {} if load.fresh else {name: self._start(name, port, variant) for name in names}
            for peer in peers.values():
                Wrk(peer, peer.target("/streams"), 32, 1).wait()
            if peers:
                load.prepare(list(peers.values()), self.backend)
            for turn in range(rounds):
                for name in names:
                    peer = peers.get(name) or self._start(name, port, variant)
                    if load.fresh and load.warms_up and peer.is_proxy:
                        Wrk(peer, peer.target("/streams"), 32, 1).wait()
                    results[name].append(self._measure(load, peer, seconds, f"  {turn + 1}/{rounds}"))
                    peer.truncate_logs()
                    if load.fresh:
                        self._stop(peer)
        finally:
            load.finish()
            for peer in list(self.running):
                self._stop(peer)

    def _yardsticks(self, load: Load, port: int, variant: Variant) -> list[str]:
        """Those of the load that can be had here."""
        found = []
        for name in load.yardsticks:
            if name in self.names or name in self.outcome.skipped:
                continue
            try:
                self._stop(self._start(name, port, variant))
                found.append(name)
            except Unavailable as reason:
                self.outcome.skipped[name] = str(reason)
                say(f"{name}: skipped: {reason}")
        return found

    def _measure(self, load: Load, peer: Peer, seconds: float, label: str) -> dict[str, float]:
        gc.collect()
        gc.disable()
        try:
            figures = load.measure(peer, seconds)
        finally:
            gc.enable()
        peer.pids  # Says so where the peer has ended meanwhile.
        shown = "  ".join(f"{column.heading} {figures[column.key]:.{column.decimals}f}"
                          for column in load.columns if column.key in figures)
        say(f"{label} {peer.name:8} {shown}  errors {figures['errors']:.0f}")
        if figures["errors"]:
            self.outcome.failures.append(f"{load.name}, {peer.name}: {figures['errors']:.0f} errors")
        if self.logs and peer.name not in self.unlike and figures.get("requests") and peer.is_proxy and not load.live:
            self._require_log(load, peer, figures["requests"])
        return figures

    def _require_log(self, load: Load, peer: Peer, requests: float) -> None:
        """Every request must be in the access log: a peer that does not log works less than the others."""
        deadline = time.monotonic() + 5  # Some write in batches, once a second.
        while (lines := peer.log_line_count()) < requests and time.monotonic() < deadline:
            time.sleep(0.1)
        if lines < requests:
            self.outcome.failures.append(f"{load.name}, {peer.name}: {requests:.0f} requests, {lines} log lines")

    def _start(self, name: str, port: int, variant: Variant) -> Peer:
        assert self.backend is not None
        door = self.backend.door(name) if port == self.backend.port else port
        peer = self.kinds[name](self.around, door, variant)
        peer.start()
        self.running.append(peer)
        return peer

    def _stop(self, peer: Peer) -> None:
        peer.stop()
        self.running.remove(peer)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
