"""Monitoring points on their way to a plugin."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import Any, Callable

from luna_plugins.base.plugins_meta.base_plugins import BaseEventPlugin, MonitoringPoint
from luna_plugins.host.configuration import Limits, Timeouts
from luna_plugins.host.log import LOG, traceback_text
from luna_plugins.host.plugin import DISABLED, RUNNING, Plugin, describe
from luna_plugins.host.plugin_thread import CallFailure, ThreadBlocked

#: The proxy is told of lost points at most once in so many seconds.
REPORT = 1.0
#: The longest pause, in seconds, between a failed call and the next.
LONGEST_PAUSE = 30.0


class PointFeed:
    """The bounded queue of one running plugin, and the calls of its `handleEvent`, one after the other.

    A failed call is followed by a pause that doubles, so that a short outage of the receiver costs no plugin.
    """

    def __init__(
        self, plugin: Plugin, timeouts: Timeouts, limits: Limits, tell_lost: Callable[[str, int], None]
    ) -> None:
        self._plugin = plugin
        self._timeouts = timeouts
        self._limits = limits
        self._tell_lost = tell_lost
        self._points: deque[dict[str, Any]] = deque()
        self._arrived = asyncio.Event()
        self._failures = 0
        self._lost = 0
        self._report: asyncio.TimerHandle | None = None

    def offer(self, points: list[dict[str, Any]]) -> None:
        """Queues points. Those that find the queue full are lost, and those that wait when the plugin ends."""
        if self._plugin.state != RUNNING:
            self._lose(len(self._points))
            self._points.clear()
            return
        room = self._limits.points - len(self._points)
        self._points.extend(points[:room])
        self._lose(max(0, len(points) - room))
        self._arrived.set()

    async def run(self) -> None:
        """Hands points over, without end."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._points and self._plugin.state == RUNNING:
                await self._hand_over()

    def report(self) -> None:
        """Tells the proxy how many points were lost since it was told last."""
        if self._report is not None:
            self._report.cancel()
            self._report = None
        if self._lost:
            self._tell_lost(self._plugin.name, self._lost)
            self._lost = 0

    async def _hand_over(self) -> None:
        batch = [self._points.popleft() for _ in range(min(len(self._points), self._limits.batch))]
        outcomes = [await self._call(instance, batch) for instance in self._plugin.event_plugins]
        if all(outcomes):
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= self._limits.failures:
            self._plugin.fail(DISABLED, f"handleEvent failed {self._failures} times in a row")
        else:
            await asyncio.sleep(min(self._limits.backoff * 2 ** (self._failures - 1), LONGEST_PAUSE))

    async def _call(self, instance: BaseEventPlugin, batch: list[dict[str, Any]]) -> bool:
        """One call with objects of its own; whether it went well."""
        log = self._plugin.log
        try:
            points = [MonitoringPoint.read(value) for value in batch]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            LOG.error("points that can't be read: %s", describe(error))
            return True
        try:
            await self._plugin.thread.call(partial(instance.handleEvent, points, log), self._timeouts.event, "handleEvent")
        except ThreadBlocked as failure:
            self._plugin.fail(DISABLED, f"handleEvent: {failure}", failure.place)
        except CallFailure as failure:
            log.error("handleEvent: %s\n%s", failure, failure.place)
        except Exception as error:
            log.error("handleEvent: %s\n%s", describe(error), traceback_text(error))
        else:
            return True
        return False

    def _lose(self, count: int) -> None:
        self._lost += count
        if count and self._report is None:
            self._report = asyncio.get_running_loop().call_later(REPORT, self.report)
