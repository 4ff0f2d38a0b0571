"""Plugins that take what all need: memory, threads, the host itself. The others come back, and nobody does it for ever."""

from __future__ import annotations

import os
import re
import signal

import pytest

import plugins
from access_log import line_of, notes_of
from origins import EchoOrigin
from plugins import MIRROR, ask, host_of, is_there, statuses, wait, wait_running
from vocabulary import assert_error

#: Each route of it does what no plugin should.
BAD = '''
import ctypes, os, signal, time

from luna_plugins.base.plugins_meta.base_plugins import BaseBackgroundPlugin, pluginHTTPResponse

KEPT = []


async def grow(request):
    while True:
        KEPT.append(bytearray(b"x" * 1_000_000))


async def hold(request):
    while True:
        time.sleep(0.01)


def hold_in_a_thread(request):
    while True:
        time.sleep(0.01)


class Bad(BaseBackgroundPlugin):
    def initialize(self):
        self.addRoute("/well", lambda request: pluginHTTPResponse(body="well"))
        self.addRoute("/grow", grow)
        self.addRoute("/hold", hold)
        self.addRoute("/hold/thread", hold_in_a_thread)
        self.addRoute("/exit/{status}", lambda request: os._exit(int(request.match_info["status"])))
        self.addRoute("/crash", lambda request: ctypes.string_at(0))
        self.addRoute("/kill", lambda request: os.kill(os.getpid(), signal.SIGKILL))
'''


@pytest.fixture
def proxy(start_proxy):
    """A proxy with a plugin that is well and one that isn't; calls end after a second."""
    proxy = start_proxy(
        EchoOrigin(),
        prepare=lambda folder: [plugins.add(folder, "mirror", MIRROR), plugins.add(folder, "bad", BAD)],
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror", "bad"],
        LUNA_API_PLUGIN_HOST={"request_timeout": 1, "memory_limit": 256 << 20},
    )
    wait_running(proxy, "mirror", "bad")
    return proxy


def told(proxy, pattern: str) -> "list[str]":
    """What the operator was told that fits."""
    return [note["message"] for note in notes_of(proxy) if re.search(pattern, note["message"])]


def wait_another_host(proxy, host: int) -> int:
    """Waits until another host serves."""
    wait(lambda: host_of(proxy) not in (host, None), "another host", proxy)
    wait(lambda: not is_there(host), "the host to end", proxy)
    wait(lambda: statuses(proxy)["mirror"]["status"] == "running", "the other plugin", proxy)
    return host_of(proxy)


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("/exit/3", "exit status 3"),
        ("/crash", "SIGSEGV, a crash"),
        ("/kill", "SIGKILL; where nobody sent it, the machine had no memory left"),
    ],
)
def test_a_host_that_ends_names_the_plugin_and_the_route(proxy, accounts, path, how):
    host = host_of(proxy)
    assert ask(proxy, f"/bad{path}?secret", accounts.ann.basic).status in (502, 503)
    wait_another_host(proxy, host)
    route = "/exit/{status}" if path.startswith("/exit") else path
    wait(lambda: told(proxy, "the host of the plugins has ended"), "the reason", proxy)
    assert told(proxy, "the host of the plugins has ended") == [
        f"the host of the plugins has ended: {how}; under way: bad: GET {route}"
    ]
    wait_running(proxy, "mirror", "bad")
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200


def test_a_host_that_ends_by_itself_says_which_call_was_the_last(proxy, accounts):
    assert ask(proxy, "/mirror/mirror/secret", accounts.ann.basic).status == 200
    host = host_of(proxy)
    os.kill(host, signal.SIGKILL)
    wait_another_host(proxy, host)
    wait(lambda: told(proxy, "the last was mirror: GET /mirror/{name}"), "the last call", proxy)


def test_a_plugin_that_eats_memory_ends_the_host_and_not_the_proxy(proxy, accounts):
    host = host_of(proxy)
    ask(proxy, "/bad/grow", accounts.ann.basic)
    wait_another_host(proxy, host)
    wait(lambda: told(proxy, "memory_limit is 256 MiB; under way: bad: GET /grow"), "the reason", proxy)
    (text,) = told(proxy, "memory_limit is 256 MiB")
    taken = int(re.search(r"it took (\d+) MiB", text)[1])
    assert 256 <= taken < 1500, text
    assert proxy.ask("GET", "/streams").status == 200
    wait(lambda: ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200, "the other plugin", proxy)


@pytest.mark.parametrize("path", ["/hold", "/hold/thread"])
def test_a_thread_that_does_not_come_back_is_ended_with_the_host(proxy, accounts, path):
    host = host_of(proxy)
    assert_error(ask(proxy, f"/bad{path}", accounts.ann.basic), 504, 9)
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200, "the others go on meanwhile"
    wait_another_host(proxy, host)
    wait_running(proxy, "bad")
    assert ask(proxy, "/bad/well", accounts.ann.basic).status == 200
    assert told(proxy, "^bad: it holds a thread for ever")


def test_who_ends_the_host_again_and_again_is_kept_out_of_it(proxy, accounts):
    for turn in (1, 2):
        host = host_of(proxy)
        wait(lambda: ask(proxy, "/bad/exit/3", accounts.ann.basic).status != 503 or host_of(proxy) != host, "an end", proxy)
        wait_another_host(proxy, host)
    wait(lambda: told(proxy, "^bad: it has made the host of the plugins end again and is kept out of it for 60 s"), "it", proxy)
    wait(lambda: statuses(proxy)["bad"]["status"] == "disabled", "the plugin to be kept out", proxy)
    host = host_of(proxy)
    assert ask(proxy, "/bad/exit/3", accounts.ann.basic).status == 503
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200
    assert host_of(proxy) == host
    # The operator may want it all the same.
    proxy.reload()
    wait_running(proxy, "bad", "mirror")
    assert ask(proxy, "/bad/well", accounts.ann.basic).status == 200


def test_sighup_starts_what_has_failed_though_no_file_has_changed(start_proxy, accounts):
    source = "import os\nif not os.path.exists(os.environ['WANTED']): raise RuntimeError('secret://address')\n" + MIRROR
    proxy = start_proxy(
        EchoOrigin(),
        prepare=lambda folder: [plugins.add(folder, "late", source), plugins.add(folder, "mirror", MIRROR)],
        environment={"WANTED": "/proc/self/no"},
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "late", "mirror"],
    )
    wait(lambda: statuses(proxy)["late"]["status"] == "failed", "the failure", proxy)
    with proxy.connect() as connection:
        connection.ask("GET", "/plugins")
        assert b"secret" not in connection.read_answer().content
    host = host_of(proxy)
    proxy.reload()
    wait(lambda: host_of(proxy) not in (host, None), "another host", proxy)
    wait(lambda: len(told(proxy, "late: the plugin failed: import: RuntimeError: secret")) == 2, "another try", proxy)


def test_the_access_log_names_the_plugin(proxy, accounts):
    answer = ask(proxy, "/mirror/mirror/anything", accounts.ann.basic)
    assert answer.status == 200
    line = line_of(proxy, answer.fields.one("Luna-Request-Id"))
    assert line["route"] == "/6/plugins/mirror"


def test_modules_of_the_plugins_package(start_proxy, accounts):
    """As in luna-api: `from . import`, `from luna_api.plugins import`, pickle, and a pool of processes."""
    source = '''
import asyncio, json, multiprocessing, pickle
from concurrent.futures import ProcessPoolExecutor
from . import helper
from luna_api.plugins import helper as same
from luna_plugins.base.plugins_meta.base_plugins import BaseBackgroundPlugin, pluginHTTPResponse


class Box:
    pass


def double(number):
    return number * 2


async def modules(request):
    loop = asyncio.get_running_loop()
    results = []
    for method in ("fork", "spawn"):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
            results.append(await loop.run_in_executor(pool, double, 21))
    same_class = type(pickle.loads(pickle.dumps(Box()))) is Box
    return pluginHTTPResponse(body=json.dumps([results, same_class, helper is same]), headers={"X-Name": "Анна ü"})


class Modules(BaseBackgroundPlugin):
    def initialize(self):
        self.addRoute("/modules", modules)
'''
    proxy = start_proxy(
        EchoOrigin(),
        prepare=lambda folder: [plugins.add(folder, "user", source), plugins.add(folder, "helper", "pass\n")],
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "user"],
    )
    wait_running(proxy, "user")
    answer = ask(proxy, "/user/modules", accounts.ann.basic)
    assert (answer.status, answer.content) == (200, b"[[42, 42], true, true]")
    assert answer.fields.one("X-Name") == "Анна ü".encode().decode("latin-1")
