"""The thread a plugin lives on."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import inspect
import os
import sys
import threading
import traceback
from typing import Any, Callable

from luna_plugins.host.call_board import CallBoard
from luna_plugins.host.errand import Errand, ErrandPool, of_call
from luna_plugins.host.log import LOG, belong_to, is_ours, traceback_text

#: Threads for the plain handlers of a plugin: so many may block at once.
SPARE_THREADS = 8
#: How long, in seconds, a loop may take to answer before its thread counts as blocked.
ANSWER = 1.0
#: How often, in seconds, a thread that should come back is looked at.
LOOK = 0.1

_ASYNCIO = os.path.dirname(asyncio.__file__) + os.sep
_THREADS = {threading.__file__, concurrent.futures.thread.__file__}


class CallFailure(Exception):
    """A call that did not come to its end. `place` says where it stood, as lines of a traceback."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(text)
        self.place = place


class TimedOut(CallFailure):
    """The call took too long and was cancelled; the loop goes on."""


class ThreadBlocked(CallFailure):
    """The call took too long, and the loop does not answer: something does not give the thread back."""


class PluginGone(CallFailure):
    """The plugin was given up while the call was under way."""


class PluginThread:
    """A thread with an event loop of its own. What a plugin blocks there, it blocks for itself alone.

    The host's loop calls; the plugin's loop runs what is called. A thread can't be ended from outside: one that is
    blocked stays, as a daemon, until what it does is done, or until the host ends, for which `stuck` is called with
    what it does. The loop is never closed, so that it can be told things at any time.
    """

    def __init__(
        self,
        name: str,
        host_loop: asyncio.AbstractEventLoop,
        board: CallBoard,
        patience: float,
        stuck: Callable[[str, str], None],
    ) -> None:
        """A thread counts as stuck when it should have come back so many seconds ago."""
        self._host_loop = host_loop
        self._name = name
        self._board = board
        self._patience = patience
        self._stuck = stuck
        self._waiting: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(self._make_executor())
        self._spare_threads = self._make_executor()
        self._stopping = False
        self._given_up: asyncio.Future[None] = host_loop.create_future()
        self._thread = threading.Thread(target=self._run, name=f"plugin {name}", daemon=True)
        self._thread.start()

    async def call(self, function: Callable[[], Any], seconds: float, name: str = "a call") -> Any:
        """Calls a function on the plugin's loop, awaits what it returns if that can be awaited, and gives the result.

        `name` is what messages call it. Raises what it raises, or a CallFailure.
        """
        work = _Work(function)
        place = self._board.begin(self._name, name)
        left: list[Errand] = []
        try:
            return await self._outcome(work, seconds)
        except (TimedOut, ThreadBlocked, PluginGone):
            left = work.leave()
            raise
        finally:
            # What a call that came to its end leaves to threads is meant so.
            work.leave()
            if left:
                self._watch(self._wait_for(left, place, name))
            else:
                self._board.end(place)

    async def _outcome(self, work: _Work, seconds: float) -> Any:
        outcome = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work.run(), self._loop))
        try:
            await asyncio.wait({outcome, self._given_up}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if outcome.cancelled():
                raise CallFailure("it was cancelled")
            if outcome.done():
                return outcome.result()
            if self._given_up.done():
                raise PluginGone("the plugin was given up")
            place = work.place()
        finally:
            outcome.cancel()
        if await self.answers(ANSWER):
            raise TimedOut(f"not done within {seconds:.3g} s", place)
        raise ThreadBlocked(f"not done within {seconds:.3g} s, and its thread is blocked", self.stack())

    async def call_in_spare_thread(self, function: Callable[[], Any]) -> Any:
        """For the plugin's loop: runs a plain function where it may block."""
        return await self._loop.run_in_executor(self._spare_threads, function)

    async def answers(self, seconds: float) -> bool:
        """Whether the loop gets to run something within that time."""
        answer: asyncio.Future[None] = self._host_loop.create_future()
        self._loop.call_soon_threadsafe(self._host_loop.call_soon_threadsafe, _resolve, answer)
        await asyncio.wait({answer}, timeout=seconds)
        return answer.done()

    def stack(self) -> str:
        """What the thread does now, as lines of a traceback, without what the loop does above it."""
        return _stack(self._thread.ident)

    def give_up(self) -> None:
        """Ends all calls under way, cancels the plugin's tasks, and ends the loop once they are done."""
        _resolve(self._given_up)
        self._spare_threads.shutdown(wait=False)
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop)
        self._watch(self._wait_for_end())

    def _watch(self, waiting: Any) -> None:
        task = asyncio.create_task(waiting)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _wait_for(self, errands: list[Errand], place: int | None, name: str) -> None:
        """A call is over, and threads still work for it. Until they are done, it stands on the board."""
        end = self._host_loop.time() + self._patience
        while running := [errand for errand in errands if errand.is_running]:
            if self._host_loop.time() > end:
                self._stuck(
                    f"{name}: a thread went on for {self._patience:g} s after the call was over",
                    _stack(running[0].thread),
                )
                return
            await asyncio.sleep(LOOK)
        self._board.end(place)

    async def _wait_for_end(self) -> None:
        """The plugin was given up: its loop has yet to end."""
        end = self._host_loop.time() + ANSWER + self._patience
        while self._thread.is_alive():
            if self._host_loop.time() > end:
                self._stuck(f"its thread did not come back within {self._patience:g} s", self.stack())
                return
            await asyncio.sleep(LOOK)

    async def _finish(self) -> None:
        """Runs on the plugin's loop."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=ANSWER)
        self._stopping = True
        self._loop.stop()

    def _run(self) -> None:
        """The thread: the loop, also after `sys.exit()` in a task, which would end it."""
        belong_to(self._name)
        asyncio.set_event_loop(self._loop)
        while not self._stopping:
            try:
                self._loop.run_forever()
            except BaseException:
                LOG.exception("a task left the event loop")

    def _make_executor(self) -> ErrandPool:
        return ErrandPool(
            SPARE_THREADS, thread_name_prefix=f"plugin {self._name}", initializer=belong_to, initargs=(self._name,)
        )


class _Work:
    """One call on the plugin's loop."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._task: asyncio.Task[Any] | None = None
        #: What threads do for it; None when nobody waits for it any more.
        self._errands: set[Errand] | None = set()

    async def run(self) -> Any:
        """Nothing but a result or an ordinary exception leaves it: `sys.exit()` is no way to end the host."""
        self._task = asyncio.current_task()
        of_call.set(self)
        try:
            result = self._function()
            return await result if inspect.isawaitable(result) else result
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:
            raise CallFailure(f"it raised {type(error).__name__}", traceback_text(error)) from error

    def begin(self, errand: Errand) -> None:
        """A thread is to do something for the call."""
        if (errands := self._errands) is not None:
            errands.add(errand)

    def end(self, errand: Errand) -> None:
        """It has done it."""
        if (errands := self._errands) is not None:
            errands.discard(errand)

    def leave(self) -> list[Errand]:
        """Nobody waits any more: what threads still do for it."""
        errands, self._errands = self._errands, None
        return [errand for errand in list(errands or ()) if errand.is_running]

    def place(self) -> str:
        """Where the coroutines of the call wait, outermost first; nothing if it hasn't begun."""
        frames = []
        inner: Any = self._task.get_coro().cr_await if self._task else None  # type: ignore[union-attr]
        while (frame := getattr(inner, "cr_frame", None)) is not None:
            code = frame.f_code
            if not is_ours(code.co_filename):
                frames.append(traceback.FrameSummary(code.co_filename, frame.f_lineno, code.co_name))
            inner = inner.cr_await
        return "".join(traceback.format_list(frames)).rstrip()


def _stack(thread: int | None) -> str:
    frame = sys._current_frames().get(thread or 0)
    frames = traceback.extract_stack(frame) if frame else []
    first = next((at for at, frame in enumerate(frames) if not _is_of_the_loop(frame.filename)), 0)
    return "".join(traceback.format_list(frames[first:])).rstrip()


def _is_of_the_loop(filename: str) -> bool:
    return is_ours(filename) or filename in _THREADS or filename.startswith(_ASYNCIO)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
