"""What a plugin is given of the program it runs in."""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from luna_plugins.routes import RouteTable

#: Loggers of this name and the plugin's are the plugins' own.
LOGGER_PREFIX = "luna_plugins.plugin."


@dataclass(frozen=True)
class Settings:
    """The proxy's settings, as far as they are the plugin's: no other plugin's, no secrets of the proxy."""

    #: One member, the plugin's name, with a copy of its `LUNA_API_PLUGINS_SETTINGS.<name>`; {} where there are none.
    LUNA_API_PLUGINS_SETTINGS: dict[str, dict[str, Any]]


class LunaApplication:
    """The `app` that every class of one plugin file is made with, and that they share."""

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        own = copy.deepcopy(settings)
        #: Open to attributes of the plugin's own: its classes may meet here.
        self.ctx = SimpleNamespace(
            logger=logging.getLogger(LOGGER_PREFIX + name),
            settings=Settings({name: own}),
            pluginName=name,
            pluginSettings=own,
        )
        #: What `addRoute` fills.
        self.routes = RouteTable()
