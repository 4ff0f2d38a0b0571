"""What the proxy's first line says."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, fields
from typing import Any


class ConfigurationError(Exception):
    """The first line is not what the proxy and the host agreed on."""


@dataclass(frozen=True)
class Timeouts:
    """How long a plugin may take, in seconds."""

    #: Importing the file.
    import_: float = 10
    #: The constructor and `initialize`.
    initialize: float = 10
    start: float = 10
    #: One call of `handleEvent`.
    event: float = 5
    #: `close`; also the longest that the host outlives the proxy.
    close: float = 5
    #: A request for a route, with reading its content.
    request: float = 60
    #: How long a running plugin's loop may be blocked.
    loop: float = 5
    #: How long a thread of a plugin that was given up, or whose call is over, may take to come back.
    stuck: float = 5
    #: How long the host itself may stand still, as while a C extension does not let go of the interpreter.
    stall: float = 10


@dataclass(frozen=True)
class Limits:
    """How much a plugin may take."""

    #: Monitoring points that wait for a plugin; those that come while so many wait are lost.
    points: int = 10_000
    #: Points of one call of `handleEvent`.
    batch: int = 100
    #: Failures of `handleEvent` in a row after which a plugin is disabled.
    failures: int = 10
    #: Seconds before the call after the first failure; twice as many after each further one.
    backoff: float = 0.1
    #: Requests of a plugin under way at once; more get 503.
    requests: int = 64
    #: Bytes of a request's content; more is 413.
    content: int = 16 * 1024 * 1024
    #: Bytes of memory of the host that the proxy lets it have.
    memory: int = 1024 * 1024 * 1024


@dataclass(frozen=True)
class PluginEntry:
    """A plugin to run: its name and its `LUNA_API_PLUGINS_SETTINGS.<name>`, None where there are none."""

    name: str
    settings: Any
    #: Why it is not to be started before the proxy says so; None where it is.
    held: str | None = None


@dataclass(frozen=True)
class Configuration:
    """The whole of it."""

    socket: str
    folders: list[str]
    plugins: list[PluginEntry]
    log_level: int = logging.INFO
    #: The file in which the calls under way stand, for whoever wants to know them when the host has ended.
    calls: str | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def read(cls, message: dict[str, Any]) -> Configuration:
        """From the proxy's message. Raises ConfigurationError. Unknown members are for newer hosts."""
        if message.get("type") != "configure":
            raise ConfigurationError("the first line is not of type configure")
        socket = message.get("socket")
        folders = message.get("folders")
        plugins = message.get("plugins")
        if not isinstance(socket, str) or not socket.startswith("/"):
            raise ConfigurationError("socket: must be an absolute path")
        if not isinstance(folders, list) or not all(isinstance(folder, str) for folder in folders):
            raise ConfigurationError("folders: must be an array of paths")
        if not isinstance(plugins, list):
            raise ConfigurationError("plugins: must be an array")
        return cls(
            socket=socket,
            folders=folders,
            plugins=[_entry(value) for value in plugins],
            log_level=_level(message.get("log_level", "INFO")),
            calls=_path(message.get("calls")),
            timeouts=_numbers(Timeouts, "timeouts", message.get("timeouts", {})),
            limits=_numbers(Limits, "limits", message.get("limits", {})),
        )


def _entry(value: Any) -> PluginEntry:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise ConfigurationError("plugins: each must be an object with a name")
    held = value.get("held")
    return PluginEntry(value["name"], value.get("settings"), held if isinstance(held, str) else None)


def _path(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and value.startswith("/")):
        raise ConfigurationError("calls: must be an absolute path")
    return value


def _level(name: Any) -> int:
    level = logging.getLevelName(name) if isinstance(name, str) else None
    if not isinstance(level, int):
        raise ConfigurationError("log_level: must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return level


def _numbers(kind: Any, name: str, value: Any) -> Any:
    """A `kind` of the numbers above 0 that `value` has, its defaults for the rest."""
    if not isinstance(value, dict):
        raise ConfigurationError(f"{name}: must be an object")
    given: dict[str, Any] = {}
    for member in fields(kind):
        key = member.name.rstrip("_")
        if key not in value:
            continue
        number = value[key]
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not number > 0:
            raise ConfigurationError(f"{name}.{key}: must be a number above 0")
        given[member.name] = int(number) if isinstance(member.default, int) and kind is Limits else number
    return kind(**given)
