"""Many clients at once, each a thread: what one of them finds wrong fails the test, and so does one that hangs."""

from __future__ import annotations

import threading
import time
from typing import Callable

#: Seconds in which all must have come to an end once they are told to stop: more than any timeout of a call.
PATIENCE = 60.0


class Crowd:
    """Runs `work(crowd, number)` in each of `count` threads while the block runs; `is_over` tells when to stop.

    With `is_finite` the work ends by itself, and the end of the block waits for it.
    """

    def __init__(self, count: int, work: "Callable[[Crowd, int], None]", is_finite: bool = False) -> None:
        self.is_over = threading.Event()
        self._is_finite = is_finite
        self._work = work
        self._faults: "list[BaseException]" = []
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(count)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def _run(self, number: int) -> None:
        try:
            self._work(self, number)
        except BaseException as fault:  # Whatever it is, the test hears of it.
            self._faults.append(fault)

    def __exit__(self, kind: object, *_: object) -> None:
        if not self._is_finite or kind is not None:
            self.is_over.set()
        end = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.is_over.set()
        hanging = sum(thread.is_alive() for thread in self._threads)
        if kind is not None and not self._faults:
            return
        assert not hanging, f"{hanging} clients of {len(self._threads)} hang"
        if self._faults:
            raise AssertionError(f"{len(self._faults)} clients found a fault, the first is below") from self._faults[0]
