"""How the host ends: at a word, with the proxy, in time, and with nothing left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

HANGING = "class Hanging(BaseBackgroundPlugin):\n    async def {method}(self):\n        {how}"
CLOSING = """
    class Closing(BaseBackgroundPlugin):
        async def close(self):
            open({path!r}, "w").close()
"""
#: How much longer than its bound an end may take on a busy machine, in seconds.
LATE = 5.0


def wait_for_end(pid: int) -> bool:
    """Whether that process ends; one that has ended but that nobody asked about counts."""
    for _ in range(300):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


def test_shutdown(start_host, write, tmp_path) -> None:
    write("closing", CLOSING.format(path=str(tmp_path / "closed")))
    host = start_host()
    assert host.shut_down() == 0
    assert (tmp_path / "closed").exists() and not host.socket_path.exists()


def test_sigterm(start_host, write, tmp_path) -> None:
    write("closing", CLOSING.format(path=str(tmp_path / "closed")))
    host = start_host()
    host.process.send_signal(signal.SIGTERM)
    assert host.wait_end() == 0
    assert (tmp_path / "closed").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_signals_of_a_terminal_are_the_proxys(start_host, write, number: signal.Signals) -> None:
    write("foo", "class Foo(BaseBackgroundPlugin):\n    async def start(self): self.addRoute('/a', print)")
    host = start_host()
    host.process.send_signal(number)
    assert host.ask("GET", "/6/plugins/foo/b").status == 404
    assert host.shut_down() == 0


def test_the_end_of_the_proxy(start_host, write, tmp_path) -> None:
    write("closing", CLOSING.format(path=str(tmp_path / "closed")))
    host = start_host()
    host.leave()
    assert host.wait_end() == 0
    assert (tmp_path / "closed").exists()


@pytest.mark.parametrize("how", ["await asyncio.sleep(600)", "time.sleep(600)", "while True: pass"])
def test_a_plugin_that_does_not_close_keeps_nobody(start_host, write, how: str) -> None:
    write("hanging", HANGING.format(method="close", how=how))
    host = start_host(timeouts={"close": 1})
    begin = time.monotonic()
    host.leave()
    assert host.wait_end() == 0
    assert time.monotonic() - begin < 1 + LATE


def test_threads_that_go_on_keep_nobody(start_host, write) -> None:
    write(
        "threads",
        """
        import threading
        class Threads(BaseBackgroundPlugin):
            async def start(self):
                threading.Thread(target=time.sleep, args=(600,)).start()
                asyncio.get_running_loop().run_in_executor(None, time.sleep, 600)
        """,
    )
    assert start_host().shut_down() == 0


@pytest.mark.parametrize("method", ["initialize", "start"])
@pytest.mark.parametrize("how", ["await asyncio.sleep(600)", "time.sleep(600)"])
def test_the_end_of_the_proxy_while_plugins_start(start_host, write, method: str, how: str) -> None:
    write("hanging", HANGING.format(method=method, how=f"print('here')\n        {how}"))
    host = start_host(ready=False, timeouts={method: 600, "close": 1})
    host.wait_log("hanging", "here")
    host.leave()
    assert host.wait_end() == 0


def test_the_end_of_the_proxy_before_it_said_anything(launch) -> None:
    host = launch()
    host.leave()
    assert host.wait_end() == 0


def test_child_processes_end_with_the_host(start_host, write, tmp_path) -> None:
    write(
        "forking",
        """
        import subprocess
        class Forking(BaseBackgroundPlugin):
            async def start(self):
                self.child = subprocess.Popen(["sleep", "600"])
                print("child", self.child.pid)
        """,
    )
    host = start_host()
    child = int(host.wait_log("forking", "child")["text"].split()[1])
    assert host.shut_down() == 0
    assert wait_for_end(child), "a child process is left"


def test_requests_under_way_are_answered_before_a_shutdown(start_host, write) -> None:
    write(
        "foo",
        """
        class Foo(BaseBackgroundPlugin):
            async def initialize(self):
                self.addRoute("/slow", self.slow)
            async def slow(self, request):
                print("asked")
                await asyncio.sleep(0.5)
                return pluginHTTPResponse(body="done")
        """,
    )
    host = start_host(timeouts={"close": 20})
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(host.ask("GET", "/6/plugins/foo/slow").content))
    asking.start()
    host.wait_log("foo", "asked")
    assert host.shut_down() == 0
    asking.join()
    assert answers == [b"done"]


def test_requests_under_way_hold_a_shutdown_up_for_so_long(start_host, write) -> None:
    write(
        "foo",
        """
        class Foo(BaseBackgroundPlugin):
            async def initialize(self):
                self.addRoute("/slow", self.slow)
            async def slow(self, request):
                print("asked")
                await asyncio.sleep(600)
        """,
    )
    host = start_host(timeouts={"close": 1})

    def ask() -> None:
        try:
            host.ask("GET", "/6/plugins/foo/slow")
        except OSError:
            pass

    asking = threading.Thread(target=ask)
    asking.start()
    host.wait_log("foo", "asked")
    begin = time.monotonic()
    assert host.shut_down() == 0
    assert time.monotonic() - begin < 2 + LATE
    asking.join()


def test_the_host_steps_back_behind_the_proxy(start_host) -> None:
    host = start_host()
    pid = host.process.pid
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 5
    assert os.getpgid(pid) == pid
    assert int(Path(f"/proc/{pid}/oom_score_adj").read_text()) >= 500
