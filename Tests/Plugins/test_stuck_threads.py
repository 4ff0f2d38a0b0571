"""A thread that does not come back is told to the proxy, which alone can end it: with the whole host."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from routing import routing

#: Short times, so that what takes for ever takes a second.
TIMEOUTS = {"request": 0.3, "loop": 0.5, "close": 0.5, "stuck": 0.5, "event": 0.3}

#: Ways to hold a thread in a route: on the plugin's loop, on a thread of its own, on one of the loop's.
HOLDING = {
    "loop": "async def hold(request):\n    while True: pass",
    "plain": "def hold(request):\n    while True: time.sleep(0.01)",
    "to_thread": "async def hold(request):\n    await asyncio.to_thread(forever)",
    "executor": "async def hold(request):\n    await asyncio.get_running_loop().run_in_executor(None, forever)",
}
FOREVER = "def forever():\n    while True: time.sleep(0.01)\n"


def stuck(host: Any) -> "list[str]":
    return [message["plugin"] for message in list(host.messages) if message["type"] == "stuck"]


@pytest.mark.parametrize("how", HOLDING)
def test_a_thread_that_a_route_holds(start_host, write, how: str) -> None:
    write("bad", FOREVER + HOLDING[how] + "\n" + routing('self.addRoute("/a", hold)'))
    write("good", routing('self.addRoute("/a", lambda request: pluginHTTPResponse(body="good"))'))
    host = start_host(timeouts=TIMEOUTS)
    assert host.ask("GET", "/6/plugins/bad/a").status == 504
    host.wait(lambda: stuck(host), "the news of a stuck thread")
    assert stuck(host) == ["bad"]
    assert host.wait_status("bad", "disabled")
    host.wait_log("bad", "holds a thread for ever")
    assert host.ask("GET", "/6/plugins/good/a").content == b"good"


@pytest.mark.parametrize("stage", ["import", "initialize", "handleEvent"])
def test_a_thread_that_is_held_elsewhere(start_host, write, stage: str) -> None:
    hold = "while True: time.sleep(0.01)"
    source = {
        "import": f"{hold}\nclass P(BaseBackgroundPlugin): pass\n",
        "initialize": f"class P(BaseBackgroundPlugin):\n    def initialize(self):\n        {hold}\n",
        "handleEvent": f"class P(BaseEventPlugin):\n    async def handleEvent(self, points, logger):\n        {hold}\n",
    }[stage]
    write("bad", source)
    host = start_host(timeouts={**TIMEOUTS, "import": 0.3, "initialize": 0.3})
    host.points({"series": "requests", "time": 1.0, "tags": {}, "fields": {}})
    host.wait(lambda: stuck(host), "the news of a stuck thread")


def test_a_thread_that_comes_back_in_time_is_nobodys_business(start_host, write, tmp_path) -> None:
    """Nor is one that a handler left to work on: only what outlives a call that was given up counts."""
    write(
        "slow",
        "def work():\n"
        f"    while not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
        "def late(request):\n    time.sleep(0.6)\n    return pluginHTTPResponse()\n"
        "async def leave(request):\n"
        "    request.kept = asyncio.ensure_future(asyncio.to_thread(work))\n"
        "    KEPT.append(request.kept)\n"
        "    await asyncio.sleep(0.05)\n"
        "    return pluginHTTPResponse(body='left')\n"
        "KEPT = []\n" + routing('self.addRoute("/late", late)\nself.addRoute("/leave", leave)'),
    )
    host = start_host(timeouts={**TIMEOUTS, "stuck": 2})
    assert host.ask("GET", "/6/plugins/slow/leave").content == b"left"
    assert host.ask("GET", "/6/plugins/slow/late").status == 504
    threading.Event().wait(2.5)  # longer than a stuck thread would go unnoticed: nothing must come
    assert not stuck(host)
    assert host.status("slow")["status"] == "running"
    (tmp_path / "go").touch()


def test_a_held_plugin_starts_when_the_proxy_says_so(launch, write, plugins) -> None:
    write("bad", routing('self.addRoute("/a", lambda request: pluginHTTPResponse(body="bad"))'))
    write("good", routing('self.addRoute("/a", lambda request: pluginHTTPResponse(body="good"))'))
    host = launch()
    host.configure(
        [plugins],
        {},
        plugins=[{"name": "bad", "settings": None, "held": "it held a thread"}, {"name": "good", "settings": None}],
    )
    host.wait_ready()
    assert host.status("bad")["status"] == "disabled"
    assert host.status("bad")["error"] == "it held a thread"
    assert host.ask("GET", "/6/plugins/bad/a").status == 503
    assert host.ask("GET", "/6/plugins/good/a").content == b"good"
    host.send({"type": "start", "plugin": "nobody"})
    host.send({"type": "start", "plugin": "good"})
    host.send({"type": "start", "plugin": "bad"})
    host.wait_status("bad", "running")
    assert host.ask("GET", "/6/plugins/bad/a").content == b"bad"
    assert host.shut_down() == 0
