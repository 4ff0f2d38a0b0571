"""One plugin: its life from file to end."""

from __future__ import annotations

import asyncio
import inspect
from functools import partial
from typing import Any, Callable

from luna_plugins.application import LunaApplication
from luna_plugins.base.plugins_meta.base_plugins import BaseEventPlugin, BasePlugin
from luna_plugins.host import plugin_file
from luna_plugins.host.call_board import CallBoard
from luna_plugins.host.configuration import PluginEntry, Timeouts
from luna_plugins.host.log import traceback_text
from luna_plugins.host.plugin_thread import ANSWER, CallFailure, PluginThread

STARTING, RUNNING, FAILED, DISABLED = "starting", "running", "failed", "disabled"

#: How often, in seconds, a running plugin's loop is asked whether it still runs.
PULSE = 1.0
#: The longest error that the proxy is told; the log has all of it.
LONGEST_ERROR = 300


class Plugin:
    """A plugin as the host sees it. Used on the host's loop only; the plugin's own code runs on its thread."""

    def __init__(
        self,
        entry: PluginEntry,
        folders: list[str],
        timeouts: Timeouts,
        board: CallBoard,
        changed: Callable[[], None],
        stuck: Callable[[str], None],
    ) -> None:
        """`changed` is called at each change of its state, `stuck` when a thread of it does not come back."""
        loop = asyncio.get_running_loop()
        self.name = entry.name
        self.state = STARTING if entry.held is None else DISABLED
        #: Why it isn't running, one line.
        self.error: str | None = entry.held
        self.kinds: list[str] = []
        settings = {} if entry.settings is None else entry.settings
        self.app = LunaApplication(entry.name, settings if isinstance(settings, dict) else {})
        self.log = self.app.ctx.logger
        self.thread = PluginThread(entry.name, loop, board, timeouts.stuck, self._is_stuck)
        self._settings = settings
        self._folders = folders
        self._timeouts = timeouts
        self._changed = changed
        self._tell_stuck = stuck
        self._classes: list[type[BasePlugin]] = []
        #: Those whose `close` must be called.
        self._instances: list[BasePlugin] = []
        self._watch: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self.app.routes.changed = partial(loop.call_soon_threadsafe, self._routes_changed)

    @property
    def event_plugins(self) -> list[BaseEventPlugin]:
        """The instances that take monitoring points."""
        return [instance for instance in self._instances if isinstance(instance, BaseEventPlugin)]

    async def start(self) -> None:
        """Imports, makes, initializes and starts it. Whatever goes wrong becomes its state, error and log lines."""
        if self.state == DISABLED:
            return
        try:
            if not isinstance(self._settings, dict):
                raise plugin_file.PluginFileError("its settings must be an object")
            path = plugin_file.find(self.name, self._folders)
        except plugin_file.PluginFileError as error:
            self.fail(FAILED, str(error))
            return
        stages: list[tuple[str, Callable[[], Any], float]] = [
            ("import", lambda: self._import(path), self._timeouts.import_),
            ("initialize", self._initialize, self._timeouts.initialize),
            ("start", self._start, self._timeouts.start),
        ]
        for stage, function, seconds in stages:
            if not await self._run(stage, function, seconds):
                return
        self.state = RUNNING
        self._watch = asyncio.create_task(self._watch_loop())
        self._changed()
        self.log.info("the plugin runs")

    def release(self) -> bool:
        """It may be started from now on; whether it was held."""
        if self.state != DISABLED or self._ending is not None:
            return False
        self.state, self.error = STARTING, None
        self._changed()
        return True

    def fail(self, state: str, reason: str, details: str = "") -> None:
        """Gives the plugin up, for good: its routes answer 503, it gets no more points, and `close` is called."""
        if self.state in (FAILED, DISABLED):
            return
        self.state = state
        self.error = " ".join(reason.split())[:LONGEST_ERROR]
        self.log.error(
            "the plugin %s: %s", "is disabled" if state == DISABLED else "failed", f"{reason}\n{details}".rstrip()
        )
        self._changed()
        self._ending = asyncio.create_task(self._end())

    async def close(self) -> None:
        """Ends the plugin at the host's end, or waits until it has ended."""
        if self._watch is not None:
            self._watch.cancel()
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        await asyncio.wait({self._ending})

    async def _run(self, stage: str, function: Callable[[], Any], seconds: float) -> bool:
        """One stage of the life; False when the plugin failed in it."""
        try:
            await self.thread.call(function, seconds, stage)
        except plugin_file.PluginFileError as error:
            self.fail(FAILED, str(error))
        except CallFailure as failure:
            self.fail(FAILED, f"{stage}: {failure}", failure.place)
        except Exception as error:
            self.fail(FAILED, f"{stage}: {describe(error)}", traceback_text(error))
        else:
            return True
        return False

    def _import(self, path: str) -> None:
        self._classes = plugin_file.classes(plugin_file.load(self.name, path))
        self.kinds = plugin_file.kinds(self._classes)

    async def _initialize(self) -> None:
        for plugin_class in self._classes:
            instance = plugin_class(self.app)
            self._instances.append(instance)
            await settled(instance.initialize())

    async def _start(self) -> None:
        for instance in self._instances:
            await settled(instance.start())
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.add_done_callback(self._tell_of_lost_task)

    def _tell_of_lost_task(self, task: asyncio.Task[Any]) -> None:
        """A plugin keeps its task but seldom looks at it: without this nobody would hear why its work ended."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.log.error("a task of the plugin ended\n%s", traceback_text(error))

    async def _watch_loop(self) -> None:
        """Disables the plugin when its loop stands still, whether or not anybody waits for it.

        It is asked a second time: when another plugin held the whole interpreter, the first answer is late for all.
        """
        while self.state == RUNNING:
            await asyncio.sleep(PULSE)
            if not await self.thread.answers(self._timeouts.loop) and not await self.thread.answers(ANSWER):
                self.fail(DISABLED, f"its thread was blocked for {self._timeouts.loop:g} s", self.thread.stack())

    def _is_stuck(self, reason: str, place: str) -> None:
        """A thread is lost to what it does. Only the host's end ends it, which is the proxy's to decide."""
        self.fail(DISABLED, reason, place)
        self.log.error("the plugin holds a thread for ever: %s", f"{reason}\n{place}".rstrip())
        self._tell_stuck(self.name)

    async def _end(self) -> None:
        try:
            if self._instances:
                await self.thread.call(self._close, self._timeouts.close, "close")
        except CallFailure as failure:
            self.log.error("close: %s\n%s", failure, failure.place)
        finally:
            self.thread.give_up()

    async def _close(self) -> None:
        for instance in reversed(self._instances):
            try:
                await settled(instance.close())
            except Exception as error:
                self.log.error("close: %s\n%s", describe(error), traceback_text(error))

    def _routes_changed(self) -> None:
        if self.state == RUNNING:
            self._changed()


async def settled(result: Any) -> Any:
    """What a method gave, awaited if it is to be: those of plugins may be plain."""
    return await result if inspect.isawaitable(result) else result


def describe(error: BaseException) -> str:
    """An exception in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
