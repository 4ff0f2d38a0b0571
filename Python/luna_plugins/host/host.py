"""The host: the plugins, the socket for their routes, and what the proxy says."""

from __future__ import annotations

import asyncio
from typing import Any

from luna_plugins.host.call_board import CallBoard
from luna_plugins.host.configuration import Configuration
from luna_plugins.host.control_channel import ProtocolError
from luna_plugins.host.outbox import Outbox
from luna_plugins.host.plugin import FAILED, Plugin
from luna_plugins.host.point_feed import PointFeed
from luna_plugins.host.request_listener import RequestListener


class PluginHost:
    """Runs the plugins of one configuration until the proxy says so or goes away."""

    def __init__(self, configuration: Configuration, outbox: Outbox) -> None:
        self._configuration = configuration
        self._outbox = outbox
        self._plugins: dict[str, Plugin] = {}
        self._feeds: list[PointFeed] = []
        self._feeding: list[asyncio.Task[None]] = []
        self._releasing: set[asyncio.Task[None]] = set()
        board = CallBoard(configuration.calls)
        for entry in configuration.plugins:
            if entry.name in self._plugins:
                self._plugins[entry.name].fail(FAILED, "the plugin is named twice")
                continue
            self._plugins[entry.name] = Plugin(
                entry, configuration.folders, configuration.timeouts, board, self._tell_status, self._tell_stuck
            )
        self._listener = RequestListener(
            configuration.socket, self._plugins, configuration.timeouts, configuration.limits
        )

    async def start(self) -> None:
        """Starts all plugins at once, then listens and says so. Each ends up running or failed, within its time."""
        self._tell_status()
        await asyncio.gather(*(plugin.start() for plugin in self._plugins.values()))
        for plugin in self._plugins.values():
            self._feed(plugin)
        await self._listener.listen()
        self._outbox.put({"type": "ready"})

    def receive(self, message: dict[str, Any]) -> None:
        """A message of the proxy; unknown ones are for newer hosts. Raises ProtocolError for points that are none."""
        kind = message.get("type")
        if kind == "ping":
            self._outbox.put({"type": "pong"})
        elif kind == "start":
            plugin = self._plugins.get(str(message.get("plugin")))
            if plugin is not None and plugin.release():
                task = asyncio.create_task(self._start(plugin))
                self._releasing.add(task)
                task.add_done_callback(self._releasing.discard)
        elif kind == "points":
            points = message.get("points")
            if not isinstance(points, list):
                raise ProtocolError("points: must be an array")
            for feed in self._feeds:
                feed.offer(points)

    async def close(self, patience: float) -> None:
        """Waits up to `patience` seconds for the requests under way, then closes all plugins, each within its time."""
        await self._listener.close(patience)
        await asyncio.gather(*(plugin.close() for plugin in self._plugins.values()))
        for feed in self._feeds:
            feed.report()

    async def _start(self, plugin: Plugin) -> None:
        await plugin.start()
        self._feed(plugin)

    def _feed(self, plugin: Plugin) -> None:
        if plugin.event_plugins:
            feed = PointFeed(plugin, self._configuration.timeouts, self._configuration.limits, self._tell_lost)
            self._feeds.append(feed)
            self._feeding.append(asyncio.create_task(feed.run()))

    def _tell_stuck(self, plugin: str) -> None:
        self._outbox.put({"type": "stuck", "plugin": plugin})

    def _tell_status(self) -> None:
        plugins = [
            {
                "name": plugin.name,
                "status": plugin.state,
                "kinds": plugin.kinds,
                "error": plugin.error,
                "routes": plugin.app.routes.described(),
            }
            for plugin in self._plugins.values()
        ]
        self._outbox.put({"type": "status", "plugins": plugins})

    def _tell_lost(self, plugin: str, count: int) -> None:
        self._outbox.put({"type": "lost", "plugin": plugin, "count": count})
