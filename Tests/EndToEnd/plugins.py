"""Python plugins behind the proxy: their files, their settings, and what is known of the host that runs them."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any, Iterator

from bytestream import DEADLINE
from messages import Answer
from proxy_process import ProxyProcess

#: Seconds within which a host must have started: an interpreter on a busy machine takes its time.
START = 60

#: Answers with all that it is told of a request.
MIRROR = '''
import json

from luna_plugins.base.plugins_meta.base_plugins import BaseBackgroundHandler, BaseBackgroundPlugin, pluginHTTPResponse


class Mirror(BaseBackgroundHandler):
    async def get(self, request):
        principal = request.principal
        told = {
            "method": request.method,
            "path": request.path,
            "query": request.query_string,
            "headers": [[name, value] for name, value in request.headers.items()],
            "body": request.body.decode("latin-1"),
            "match_info": dict(request.match_info),
            "account": principal and principal.account_id,
        }
        return self.response(body=json.dumps(told), headers={"Content-Type": "application/json"}, statusCode=200)

    post = put = patch = delete = get


class MirrorPlugin(BaseBackgroundPlugin):
    async def initialize(self):
        for path in ("/mirror", "/mirror/", "/mirror/{name}", "/"):
            self.addRoute(path, Mirror)
'''

#: Writes each point it gets to the file that stands beside it.
RECORDER = '''
import json
import pathlib

from luna_plugins.base.plugins_meta.base_plugins import BaseEventPlugin

FILE = pathlib.Path(__file__).with_suffix(".jsonl")


class Recorder(BaseEventPlugin):
    eventName = "monitoring_event"

    async def handleEvent(self, points, logger):
        with FILE.open("a") as file:
            for point in points:
                file.write(json.dumps([point.series, point.eventTime.timestamp(), point.tags, point.fields]) + "\\n")
'''


def add(folder: Path, name: str, source: str) -> None:
    """Puts a plugin's file into the folder where a proxy over the settings in `folder` looks for it."""
    place = folder / "luna_api" / "plugins"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.py").write_text(source)


def host_of(proxy: ProxyProcess) -> "int | None":
    """The process id of its host; None while there is none."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == proxy.process.pid and b"luna_plugins.host" in (entry / "cmdline").read_bytes():
                return int(entry.name)
    return None


def statuses(proxy: ProxyProcess) -> "dict[str, dict[str, Any]]":
    """What `/plugins` tells of each plugin."""
    with proxy.connect() as connection:
        connection.ask("GET", "/plugins")
        return {plugin["name"]: plugin for plugin in connection.read_answer().json()["plugins"]}


def wait_running(proxy: ProxyProcess, *names: str) -> None:
    """Waits until those plugins run."""

    def run() -> bool:
        told = statuses(proxy)  # Workers hear of a plugin that is new when the supervisor has.
        return all(name in told and told[name]["status"] == "running" for name in names)

    wait(run, f"{names} to run", proxy)


def wait(condition: Any, what: str, proxy: ProxyProcess, patience: float = START) -> None:
    """Waits for what takes a process its time."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"not in time: {what}; {statuses(proxy)}; {proxy.text[-3000:]}"
        time.sleep(0.02)


def ask(
    proxy: ProxyProcess,
    path: str,
    *fields: "tuple[str, str]",
    method: str = "GET",
    content: "bytes | None" = None,
    timeout: float = DEADLINE,
) -> Answer:
    """One request below `/6/plugins`, with no other credentials than those in `fields`."""
    with proxy.connect(timeout) as connection:
        connection.ask(method, f"/6/plugins{path}", list(fields), content)
        return connection.read_answer()


@contextlib.contextmanager
def killing(proxy: ProxyProcess, pause: float) -> "Iterator[list[int]]":
    """Kills each host that it finds, every `pause` seconds, while the block runs; gives those it has killed."""
    killed: "list[int]" = []
    over = threading.Event()

    def kill() -> None:
        while not over.wait(pause):
            host = host_of(proxy)
            if host is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(host, signal.SIGKILL)
                    killed.append(host)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join(10)


def is_there(process: int) -> bool:
    """Whether a process of that id exists, and is no zombie that only its parent could take away."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
