"""The control channel: what the host takes for a configuration, and what it does about nonsense."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from host_process import PACKAGE

COMPLETE = {"type": "configure", "socket": "/nowhere/http.sock", "folders": [], "plugins": []}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": "points"}, "the first line is not of type configure"),
        ({"socket": "relative"}, "socket: must be an absolute path"),
        ({"folders": "/a"}, "folders: must be an array of paths"),
        ({"plugins": [{"settings": {}}]}, "plugins: each must be an object with a name"),
        ({"plugins": {}}, "plugins: must be an array"),
        ({"log_level": "LOUD"}, "log_level: must be DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ({"timeouts": {"import": 0}}, "timeouts.import: must be a number above 0"),
        ({"timeouts": []}, "timeouts: must be an object"),
        ({"limits": {"points": True}}, "limits.points: must be a number above 0"),
    ],
)
def test_a_configuration_that_can_not_be_used(launch, changes, told: str) -> None:
    host = launch()
    host.send({**COMPLETE, **changes})
    assert host.wait_end() == 78
    assert host.logs(None)[-1]["text"] == f"the configuration can't be used: {told}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"no JSON\n", "a line is not JSON"),
        (b"[]\n", "a line is not a JSON object"),
        (b'{"type":"points","points":7}\n', "points: must be an array"),
        (b"x" * (1024 * 1024 + 2), "a line is longer than 1048576 bytes"),
    ],
)
def test_what_is_no_message(start_host, line: bytes, told: str) -> None:
    host = start_host()
    host.channel.sendall(line)
    assert host.wait_end() == 76
    assert host.logs(None)[-1]["text"] == f"the proxy is not understood: {told}"


def test_a_line_of_a_mebibyte_is_taken(start_host) -> None:
    host = start_host()
    host.send({"type": "points", "points": [], "more": "x" * 1_040_000})
    assert host.shut_down() == 0


def test_unknown_messages_and_members_are_for_newer_hosts(start_host) -> None:
    host = start_host(news=1, timeouts={"of something": 0}, limits={"of something": 0})
    host.send({"type": "of something"})
    assert host.shut_down() == 0


def test_a_ping_is_answered_while_plugins_start_too(start_host, write) -> None:
    write("slow", "class Slow(BaseBackgroundPlugin):\n    async def start(self): await asyncio.sleep(600)")
    host = start_host(ready=False)
    host.send({"type": "ping"})
    host.wait(lambda: {"type": "pong"} in host.messages, "a pong")
    host.leave()
    assert host.wait_end() == 0


def test_a_socket_that_can_not_be(launch) -> None:
    host = launch()
    host.send(COMPLETE)
    assert host.wait_end() == 71
    assert host.logs(None)[-1]["text"].startswith("the system refuses: ")


def test_a_stale_socket_is_replaced(start_host) -> None:
    host = start_host()
    host.process.kill()
    host.wait_end()
    assert host.socket_path.exists()
    again = start_host(socket=str(host.socket_path))
    again.socket_path = host.socket_path
    assert again.ask("GET", "/6/plugins/foo/").status == 404


def run_alone(environment: "dict[str, str]", **options) -> "subprocess.CompletedProcess[str]":
    """The program without a proxy."""
    return subprocess.run(
        [sys.executable, "-m", "luna_plugins.host"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


def test_without_a_channel() -> None:
    done = run_alone({})
    assert done.returncode == 64
    assert done.stderr.startswith("luna_plugins: the proxy starts this, with a socket as descriptor 3: ")


def test_without_aiohttp(tmp_path) -> None:
    (tmp_path / "aiohttp.py").write_text("raise ImportError('it is not here')")
    done = run_alone({"PYTHONPATH": f"{tmp_path}:{PACKAGE}"})
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == "luna_plugins: aiohttp is needed (Debian: python3-aiohttp): it is not here\n"


def test_the_working_directory_holds_no_modules(tmp_path) -> None:
    (tmp_path / "aiohttp.py").write_text("raise ImportError('it is not here')")
    assert run_alone({}, cwd=tmp_path).returncode == 64
