"""The process around the host: what it inherits, what it may take, and what it leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import logging
import os
import signal
import sys

from luna_plugins.host.log import OutboxLog, OutputPipe, PrintedLines
from luna_plugins.host.outbox import Outbox

#: The proxy's requests come first: this is added to the niceness,
NICENESS = 5
#: and the kernel, short of memory, ends this process rather than the proxy.
OOM_SCORE = "500"


def step_back() -> None:
    """Leaves the proxy's terminal and process group, standard input and priority to the proxy."""
    with contextlib.suppress(OSError):
        os.setsid()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.nice(NICENESS)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write(OOM_SCORE)


def capture_output(outbox: Outbox, loop: asyncio.AbstractEventLoop) -> None:
    """From now on all that is logged, printed or written to descriptors 1 and 2 goes to the proxy's log."""
    for descriptor, level in ((1, "INFO"), (2, "WARNING")):
        pipe = OutputPipe(descriptor, level, outbox)
        loop.add_reader(pipe.reader, pipe.read)
    sys.stdout = PrintedLines(outbox, "INFO", 1)
    sys.stderr = PrintedLines(outbox, "WARNING", 2)
    logging.root.addHandler(OutboxLog(outbox))


class StallGuard:
    """Ends the process when its main loop stands still, which Python itself couldn't: another thread, as in a C
    extension, may hold the interpreter. The stacks of all threads are written to the descriptor first.
    """

    def __init__(self, seconds: float, descriptor: int) -> None:
        self._seconds = seconds
        self._descriptor = descriptor

    async def run(self) -> None:
        """Winds the clock up, again and again."""
        while True:
            faulthandler.dump_traceback_later(self._seconds, exit=True, file=self._descriptor)
            await asyncio.sleep(self._seconds / 4)


def end_children() -> None:
    """Ends the child processes that plugins left behind: they are of the group that `step_back` made."""
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
