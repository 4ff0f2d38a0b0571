"""A server started by the harness, with all it starts itself: pinned, bounded by our own life, ended by its id."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def descendants(root: int) -> list[int]:
    """The process and everything below it, parents first."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


class Process:
    """`output` receives standard output and error, opened for appending, so that it can be truncated while in use."""

    def __init__(
        self, command: list[str], *, cores: Iterable[int], output: Path, folder: Path,
        environment: dict[str, str] | None = None, wrapped: bool = False,
    ) -> None:
        allowed = set(cores)

        def prepare() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            os.sched_setaffinity(0, allowed)

        self.wrapped = wrapped
        with open(output, "ab") as sink:
            self.popen = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd=folder,
                env={**os.environ, **(environment or {})}, preexec_fn=prepare, start_new_session=True,
            )

    @property
    def pids(self) -> list[int]:
        return descendants(self.popen.pid)

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def stop(self, patience: float = 10) -> None:
        """Asks, waits, then kills: only the processes below the one started here."""
        if not self.is_running:
            return
        family = self.pids
        # A tracer (strace) passes no signal on: its child is asked, and the tracer ends after it.
        asked = family[1] if self.wrapped and len(family) > 1 else family[0]
        try:
            os.kill(asked, signal.SIGTERM)
            self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        except ProcessLookupError:
            self.popen.wait(patience)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and any(_belongs(pid, family) for pid in family):
            time.sleep(0.02)
        for pid in family:
            if _belongs(pid, family):
                os.kill(pid, signal.SIGKILL)
        self.popen.wait(patience)


def _belongs(pid: int, family: list[int]) -> bool:
    """Whether the process still lives and still is of this session: ids are given out again."""
    try:
        return os.getsid(pid) == family[0]
    except ProcessLookupError:
        return False
