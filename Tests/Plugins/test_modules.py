"""Plugin files are modules of the package luna_api.plugins, as in luna-api: for themselves and for their children."""

from __future__ import annotations

import pytest

from routing import routing

POOL = """
import multiprocessing, pickle
from concurrent.futures import ProcessPoolExecutor

class Box:
    pass

def work(number):
    print("printed by a child", flush=True)
    return number * 2, __name__

async def pool(request):
    context = multiprocessing.get_context("{method}")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        result = await asyncio.get_running_loop().run_in_executor(pool, work, 21)
    return pluginHTTPResponse(body=result)

def pickled(request):
    return pluginHTTPResponse(body=type(pickle.loads(pickle.dumps(Box()))).__module__)
"""


@pytest.mark.parametrize("name", ["pooled", "with-dash"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_process_pool(start_host, write, method: str, name: str) -> None:
    source = POOL.replace("{method}", method)
    write(name, source + routing('self.addRoute("/pool", pool)\nself.addRoute("/pickled", pickled)'))
    host = start_host()
    answer = host.ask("GET", f"/6/plugins/{name}/pool")
    assert answer.status == 200, host.logs(name)
    assert answer.json == [42, f"luna_api.plugins.{name}"]
    assert host.ask("GET", f"/6/plugins/{name}/pickled").content.decode() == f"luna_api.plugins.{name}"
    host.wait_log(None, "printed by a child")


@pytest.mark.parametrize(
    "line",
    [
        "from . import helper",
        "from .helper import VALUE\nclass helper: VALUE = VALUE",
        "from luna_api.plugins import helper",
        "import luna_api.plugins.helper as helper",
        "import helper",
    ],
)
def test_what_lies_beside_a_plugin(start_host, write, plugins, line: str) -> None:
    (plugins / "helper.py").write_text("VALUE = 'helped'\n")
    route = 'self.addRoute("/a", lambda request: pluginHTTPResponse(body=helper.VALUE))'
    write("foo", f"{line}\n" + routing(route))
    host = start_host(names=["foo"])
    assert host.ask("GET", "/6/plugins/foo/a").content == b"helped"


def test_two_plugins_that_know_each_other_are_loaded_once(start_host, write) -> None:
    route = 'self.addRoute("/a", lambda request: pluginHTTPResponse(body=str(shared.COUNT)))'
    write("shared", "COUNT = []\nCOUNT.append(1)\n" + routing('self.addRoute("/count", lambda r: 1)'))
    write("user", "from luna_api.plugins import shared\nshared.COUNT.append(2)\n" + routing(route))
    host = start_host()
    assert host.ask("GET", "/6/plugins/user/a").content == b"[1, 2]"
    assert host.status("shared")["status"] == "running"


def test_a_folder_of_the_plugins_name_does_not_take_its_place(start_host, write, plugins) -> None:
    (plugins / "foo").mkdir()
    (plugins / "foo" / "__init__.py").write_text("raise RuntimeError('not this one')\n")
    write("foo", routing('self.addRoute("/a", lambda request: pluginHTTPResponse(body="the file"))'))
    host = start_host(names=["foo"])
    assert host.ask("GET", "/6/plugins/foo/a").content == b"the file"


def test_a_child_that_is_ended_by_a_signal_does_not_end_the_host(start_host, write) -> None:
    """A forked child has the host's handlers: its SIGTERM must not wake the host's loop."""
    source = """
import multiprocessing
def sleep():
    time.sleep(600)
def kill(request):
    child = multiprocessing.get_context("fork").Process(target=sleep)
    child.start()
    child.terminate()
    child.join(20)
    return pluginHTTPResponse(body=str(child.exitcode))
"""
    write("foo", source + routing('self.addRoute("/kill", kill)'))
    host = start_host()
    for _ in range(2):
        answer = host.ask("GET", "/6/plugins/foo/kill")
        assert answer.content == b"-15", host.logs("foo")
    assert host.status("foo")["status"] == "running"
