"""Tells accounts how many requests they made lately: an event plugin and a background plugin in one file.

    GET /6/plugins/activity/mine                      the account that asks
    GET /6/plugins/activity/accounts/<account_id>     another one, for advanced_user and admin

Setting, with its default: how many seconds are counted.

    "LUNA_API_PLUGINS_SETTINGS": {"activity": {"window": 60}}
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from typing import Any, Sequence

from luna_plugins.base.plugins_meta.base_plugins import (
    BaseBackgroundHandler,
    BaseBackgroundPlugin,
    BaseEventPlugin,
    LunaApplication,
    MonitoringPoint,
    PluginRequest,
    PluginResponse,
)


class Activity:
    """Requests by account and status in the last seconds; the newest second stands last."""

    def __init__(self, window: int) -> None:
        self.seconds: deque[Counter[tuple[str, int]]] = deque([Counter()], maxlen=window)

    def add(self, account_id: str, status: int) -> None:
        """Counts a request."""
        self.seconds[-1][account_id, status] += 1

    def tick(self) -> None:
        """Begins a second, and forgets the oldest when the window is full."""
        self.seconds.append(Counter())

    def of(self, account_id: str) -> dict[str, Any]:
        """What is told of an account."""
        statuses: Counter[int] = Counter()
        for second in self.seconds:
            for (account, status), count in second.items():
                if account == account_id:
                    statuses[status] += count
        return {"account_id": account_id, "requests": sum(statuses.values()), "statuses": statuses}


class CountingPlugin(BaseEventPlugin):
    """Counts the requests of each account."""

    eventName = "monitoring_event"

    def __init__(self, app: LunaApplication) -> None:
        super().__init__(app)
        app.ctx.activity = Activity(app.ctx.pluginSettings.get("window", 60))

    async def handleEvent(self, points: Sequence[MonitoringPoint], logger: logging.Logger) -> None:
        """A failed request is in both series, so that one of them is enough."""
        for point in points:
            account_id = point.tags.get("account_id")
            if point.series == "requests" and account_id:
                self.app.ctx.activity.add(account_id, point.tags["status_code"])


class MineHandler(BaseBackgroundHandler):
    """The account that asks."""

    async def get(self, request: PluginRequest) -> PluginResponse:
        """Its own counts."""
        if request.principal is None:
            return self.response(statusCode=401, body={"detail": "no credentials"})
        return self.response(body=self.app.ctx.activity.of(request.principal.account_id))


class AccountHandler(BaseBackgroundHandler):
    """Any account, for those who see all."""

    async def get(self, request: PluginRequest) -> PluginResponse:
        """The counts of the account that the path names."""
        principal = request.principal
        account_id = request.match_info["account_id"]
        if principal is None or not (
            principal.account_id == account_id or principal.account_type in ("advanced_user", "admin")
        ):
            return self.response(statusCode=403, body={"detail": "the activity of another account"})
        return self.response(body=self.app.ctx.activity.of(account_id))


class ActivityPlugin(BaseBackgroundPlugin):
    """The routes, and the task that moves the window."""

    def __init__(self, app: LunaApplication) -> None:
        super().__init__(app)
        self.task: asyncio.Task[None] | None = None

    async def initialize(self) -> None:
        """Adds the routes."""
        self.addRoute("/mine", MineHandler)
        self.addRoute("/accounts/{account_id}", AccountHandler)

    async def start(self) -> None:
        """Starts the task; it is not waited for."""
        self.task = asyncio.create_task(self.keep_time())

    async def close(self) -> None:
        """Ends the task."""
        if self.task is not None:
            self.task.cancel()

    async def keep_time(self) -> None:
        """Moves the window on, every second."""
        while True:
            await asyncio.sleep(1)
            self.app.ctx.activity.tick()
