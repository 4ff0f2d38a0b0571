"""What a thread beside a plugin's loop does for a call."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, Callable, Protocol


class Call(Protocol):
    """Whoever wants to know of the errands that are run for it."""

    def begin(self, errand: Errand) -> None:
        """An errand is to be run."""

    def end(self, errand: Errand) -> None:
        """It is done."""


#: The call that a coroutine of a plugin runs for.
of_call: ContextVar[Call | None] = ContextVar("of_call", default=None)


class Errand:
    """One function on its way through a pool of threads."""

    def __init__(self, call: Call, function: Callable[..., Any]) -> None:
        self._call = call
        self._function = function
        #: Which thread runs it; None before and afterwards.
        self.thread: int | None = None

    @property
    def is_running(self) -> bool:
        """Whether a thread is at it."""
        return self.thread is not None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.thread = threading.get_ident()
        try:
            return self._function(*arguments, **named)
        finally:
            self.thread = None
            self._call.end(self)


class ErrandPool(ThreadPoolExecutor):
    """Threads that tell the call for which they work."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As any pool does it."""
        call = of_call.get()
        if call is not None:
            function = Errand(call, function)
            call.begin(function)
        return super().submit(function, *arguments, **named)
