"""Fixtures: hosts on demand, and after each test the proof that none is left."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from host_process import PACKAGE, HostProcess

sys.path.insert(0, str(PACKAGE))

StartHost = Callable[..., HostProcess]

#: What a plugin of one class begins with.
IMPORTS = """
import asyncio, os, sys, time
from luna_plugins.base.plugins_meta.base_plugins import (
    BaseBackgroundHandler, BaseBackgroundPlugin, BaseEventPlugin, pluginHTTPResponse)
"""


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """The folder of plugin files."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    return folder


@pytest.fixture
def write(plugins: Path) -> Callable[[str, str], Path]:
    """Writes a plugin file, the usual imports before the source."""

    def write(name: str, source: str) -> Path:
        path = plugins / f"{name}.py"
        path.write_text(IMPORTS + textwrap.dedent(source))
        return path

    return write


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[StartHost]:
    """Starts host processes that are not configured yet, and ends them."""
    hosts: list[HostProcess] = []

    def launch(**options: Any) -> HostProcess:
        folder = tmp_path / f"host{len(hosts)}"
        folder.mkdir()
        host = HostProcess(folder, **options)
        hosts.append(host)
        return host

    yield launch
    for host in hosts:
        host.stop()


@pytest.fixture
def start_host(launch: StartHost, plugins: Path) -> StartHost:
    """Starts a host with the folder's plugins and waits until it is ready.

    `settings` are by plugin; `names` are the plugins in place of all files; other members join the configure line.
    """

    def start(
        settings: dict[str, Any] | None = None,
        names: list[str] | None = None,
        ready: bool = True,
        environment: dict[str, str] | None = None,
        **members: Any,
    ) -> HostProcess:
        host = launch(environment=environment)
        chosen = names if names is not None else sorted(path.stem for path in plugins.glob("*.py"))
        host.configure([plugins], {name: (settings or {}).get(name) for name in chosen}, **members)
        if ready:
            host.wait_ready()
        return host

    return start


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Long values would make unreadable names, and a name goes into the environment."""
    return f"{argname}-of-{len(val)}" if isinstance(val, (bytes, str)) and len(val) > 60 else None
