"""The process around the host: what it inherits, what it may take, and what it leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import logging
import os
import resource
import signal
import sys
import threading

from luna_plugins.host.log import OutboxLog, OutputPipe, PrintedLines
from luna_plugins.host.outbox import Outbox
from luna_plugins.host.plugin_thread import SPARE_THREADS

#: The proxy's requests come first: this is added to the niceness,
NICENESS = 5
#: and the kernel, short of memory, ends this process rather than the proxy.
OOM_SCORE = "500"
#: What is reserved may be so many times what is used: allocators and libraries reserve more than they touch.
RESERVATION = 4
#: What a plugin's threads reserve for their stacks, in bytes: its loop's, and two pools.
STACKS = (1 + 2 * SPARE_THREADS) * 8 * 1024 * 1024


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


def limit_memory(most: int, plugins: int) -> None:
    """Makes one allocation that is far too large fail where it is asked for, here and in each child process.

    What is really used is the proxy's to look at: where the kernel refuses memory, a thread that did nothing wrong may
    be the one that needs it.
    """
    wanted = most * RESERVATION + plugins * STACKS
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def part_from_children(control: int) -> None:
    """Has a child process that a plugin forks, as for a process pool, be a process of its own: it must not hold the
    control channel, wake the host's loop by its signals, or log into a queue that nobody sends.
    """
    forking = threading.local()

    def begin() -> None:
        # A signal for the child must not come while it still has the host's handlers.
        forking.mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def go_on() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, forking.mask)

    def become_a_process() -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with contextlib.suppress(OSError):
            os.close(control)
        sys.stdout = open(1, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
        for handler in logging.root.handlers[:]:
            if isinstance(handler, OutboxLog):
                logging.root.removeHandler(handler)
                logging.root.addHandler(logging.StreamHandler())
        go_on()

    os.register_at_fork(before=begin, after_in_parent=go_on, after_in_child=become_a_process)


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
