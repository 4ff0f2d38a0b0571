"""All that a plugin file imports: the base classes, the response of a handler, the point of monitoring."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, Callable, ClassVar, Iterable, Mapping, Sequence

from luna_plugins.application import LunaApplication
from luna_plugins.monitoring_point import MonitoringPoint
from luna_plugins.request import PluginRequest
from luna_plugins.response import PluginResponse, pluginHTTPResponse
from luna_plugins.routes import VERBS, Route, RoutePattern

__all__ = [
    "BaseBackgroundHandler",
    "BaseBackgroundPlugin",
    "BaseEventPlugin",
    "LunaApplication",
    "MonitoringPoint",
    "PluginRequest",
    "PluginResponse",
    "pluginHTTPResponse",
]

#: The only event there is.
MONITORING_EVENT = "monitoring_event"


class BasePlugin(ABC):
    """What all kinds share: the application and the life cycle.

    The host makes one instance of each plugin class and calls `initialize`, `start` and at the end `close`, all on the
    event loop of the plugin's own thread. Each has a time bound; one that raises or takes longer ends the plugin.
    """

    def __init__(self, app: LunaApplication) -> None:
        self.app = app

    async def initialize(self) -> None:
        """Gets what the plugin needs (connections, routes) before anything is started."""

    async def start(self) -> None:
        """Starts the plugin's own work, such as a task, and returns without waiting for its end."""

    async def close(self) -> None:
        """Gives back what `initialize` and `start` took; also called after one of them failed."""


class BaseEventPlugin(BasePlugin):
    """A plugin that is called when an event occurs, which `eventName` names: "monitoring_event"."""

    eventName: ClassVar[str] = MONITORING_EVENT

    @abstractmethod
    async def handleEvent(self, points: Sequence[MonitoringPoint], logger: logging.Logger) -> None:
        """Takes a batch of points, oldest first. The next batch comes when this one is done or its time is over."""


class BaseBackgroundHandler:
    """Handles the requests of a route: a method named by each HTTP verb it serves, `async` or plain.

    An instance is made for each request. A plain method runs on one of the plugin's spare threads, so that it may
    block; an `async` one must not.
    """

    def __init__(self, plugin: BaseBackgroundPlugin) -> None:
        self.plugin = plugin
        self.app = plugin.app

    def response(
        self,
        body: Any = None,
        headers: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        statusCode: int = 200,
    ) -> PluginResponse:
        """A response, as `pluginHTTPResponse` makes it."""
        return pluginHTTPResponse(statusCode=statusCode, body=body, headers=headers)


class BaseBackgroundPlugin(BasePlugin):
    """A plugin with work of its own, and with routes."""

    def addRoute(
        self,
        path: str,
        handler: type[BaseBackgroundHandler] | Callable[[PluginRequest], Any],
        methods: Iterable[str] | None = None,
    ) -> None:
        """Serves `/6/plugins/<plugin-name><path>` by a handler class, or a function (`async` or plain) of the request.

        `path` starts with `/`; a segment `{name}` or `<name>` takes any one segment and is found in the request's
        `match_info`. Without `methods` a class serves the verbs it has methods for, a function `get`. Raises ValueError
        for a path or method that can't be, and where another route has the same path and method; TypeError for what
        is no handler.
        """
        pattern = RoutePattern(path)
        if isinstance(handler, type):
            if not issubclass(handler, BaseBackgroundHandler):
                raise TypeError(f"{handler.__name__} is no BaseBackgroundHandler")
            own = {verb.upper() for verb in VERBS if callable(getattr(handler, verb, None))}
            wanted = own if methods is None else {method.upper() for method in methods}
            if not wanted or wanted - own:
                missing = ", ".join(sorted(wanted - own)).lower() or "any verb"
                raise ValueError(f"{handler.__name__} has no method for {missing}")
            self.app.routes.add(Route(pattern, wanted, handler.__name__, lambda verb: getattr(handler(self), verb)))
        elif callable(handler):
            wanted = {"GET"} if methods is None else {method.upper() for method in methods}
            name = getattr(handler, "__name__", type(handler).__name__)
            self.app.routes.add(Route(pattern, wanted, name, lambda verb: handler))
        else:
            raise TypeError(f"{handler!r} is neither a handler class nor a function")
