"""An origin that is a process of its own, to be killed and started again on the same port."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path


class KillableOrigin:
    """Runs `noting_process`. Its port is its own also while nobody listens there: connecting is refused then."""

    def __init__(self, record: Path) -> None:
        self.record = record
        #: When it was away: from before it was killed until it listened again, by the monotonic clock.
        self.absences: "list[tuple[float, float]]" = []
        self._process: "subprocess.Popen[str] | None" = None
        self._reservation = socket.socket()
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reservation.bind(("127.0.0.1", 0))
        self._port: int = self._reservation.getsockname()[1]

    @property
    def url(self) -> str:
        """The origin as the settings name it, without a path."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> "KillableOrigin":
        """Starts the process, and waits until it listens."""
        self._process = self._begun()
        return self

    def _begun(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "origins.noting_process", str(self._port), str(self.record)],
            cwd=Path(__file__).resolve().parents[1],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout and process.stdout.readline() == "listening\n"
        return process

    def _kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        if self._process and self._process.stdout:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    def restart(self) -> None:
        """Kills it and starts it again: for as long as that takes nobody listens."""
        begin = time.monotonic()
        self._kill()
        self._process = self._begun()
        self.absences.append((begin, time.monotonic()))

    def replace(self) -> None:
        """Kills it while another listens already: what was under way is lost, and nobody new is refused."""
        successor = self._begun()
        begin = time.monotonic()
        self._kill()
        self._process = successor
        self.absences.append((begin, time.monotonic()))

    def processed(self) -> "list[str]":
        """Method and target of every request that it has read whole, in all of its lives."""
        return self.record.read_text().splitlines() if self.record.exists() else []

    def close(self) -> None:
        """Kills it for good."""
        self._kill()
        self._reservation.close()
