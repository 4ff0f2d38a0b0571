"""What one plugin does to itself, the others don't feel."""

from __future__ import annotations

import signal

import pytest

WELL = """
    class Well(BaseBackgroundPlugin):
        async def initialize(self):
            self.addRoute("/well", lambda request: pluginHTTPResponse(body="well"))
"""


def assert_well(host) -> None:
    """The plugin beside the ill one answers, and fast enough not to have waited for it."""
    assert host.ask("GET", "/6/plugins/well/well", timeout=5).content == b"well"


def ill(body: str) -> str:
    """A plugin whose route `/now` does that on its event loop."""
    return f"""
    class Handler(BaseBackgroundHandler):
        async def get(self, request):
            {body}

    class Ill(BaseBackgroundPlugin):
        async def initialize(self):
            self.addRoute("/now", Handler)
    """


def test_a_handler_that_blocks_its_loop(start_host, write) -> None:
    write("well", WELL)
    path = write("ill", ill("time.sleep(600)"))
    host = start_host(timeouts={"request": 1, "loop": 60})
    assert host.ask("GET", "/6/plugins/ill/now").status == 504
    status = host.wait_status("ill", "disabled")
    assert status["error"] == "Handler: not done within 1 s, and its thread is blocked"
    assert f'File "{path}", line' in host.wait_log("ill", "is disabled")["text"]
    assert host.ask("GET", "/6/plugins/ill/now").status == 503
    assert_well(host)
    assert host.shut_down() == 0


@pytest.mark.parametrize("how", ["time.sleep(600)", "while True: pass"])
def test_background_work_that_blocks_the_loop(start_host, write, how: str) -> None:
    write("well", WELL)
    write(
        "ill",
        f"""
        class Ill(BaseBackgroundPlugin):
            async def work(self):
                await self.begin.wait()
                {how}
            async def start(self):
                self.begin = asyncio.Event()
                self.addRoute("/begin", self.soon)
                self.task = asyncio.create_task(self.work())
            async def soon(self, request):
                asyncio.get_running_loop().call_later(0.2, self.begin.set)
                return pluginHTTPResponse()
        """,
    )
    host = start_host(timeouts={"loop": 1, "close": 1})
    host.ask("GET", "/6/plugins/ill/begin")
    assert host.wait_status("ill", "disabled")["error"] == "its thread was blocked for 1 s"
    assert "in work" in host.wait_log("ill", "is disabled")["text"]
    assert_well(host)
    assert host.shut_down() == 0


def test_requests_under_way_end_with_the_plugin(start_host, write) -> None:
    """A request that waits on a loop which another one blocks is answered when the plugin is disabled."""
    write(
        "ill",
        """
        class Ill(BaseBackgroundPlugin):
            async def initialize(self):
                self.addRoute("/wait", self.wait)
            async def wait(self, request):
                asyncio.get_running_loop().call_later(0.1, time.sleep, 600)
                await asyncio.sleep(600)
        """,
    )
    host = start_host(timeouts={"loop": 1, "close": 1})
    assert host.ask("GET", "/6/plugins/ill/wait").status == 503


@pytest.mark.parametrize(
    "how", ["sys.exit(3)", "raise KeyboardInterrupt", "raise GeneratorExit", "raise type('Own', (BaseException,), {})"]
)
def test_exits_are_no_ends(start_host, write, how: str) -> None:
    write("ill", ill(how))
    host = start_host()
    for _ in range(2):
        assert host.ask("GET", "/6/plugins/ill/now").status == 500
    assert "it raised" in host.logs("ill")[-1]["text"]


def test_an_exit_in_a_task_does_not_end_the_loop(start_host, write) -> None:
    write(
        "ill",
        """
        class Ill(BaseBackgroundPlugin):
            async def work(self):
                sys.exit(3)
            async def start(self):
                self.addRoute("/now", lambda request: pluginHTTPResponse(body="still here"))
                self.task = asyncio.create_task(self.work())
        """,
    )
    host = start_host()
    host.wait_log("ill", "a task left the event loop")
    assert host.ask("GET", "/6/plugins/ill/now").content == b"still here"


def test_a_process_that_exits_is_the_hosts(start_host, write) -> None:
    """Nothing can be done about it here: the proxy starts the host again."""
    write("ill", ill("os._exit(9)"))
    host = start_host()
    with pytest.raises(OSError):
        host.ask("GET", "/6/plugins/ill/now")
    assert host.wait_end() == 9


def test_a_crash_leaves_a_trace(start_host, write) -> None:
    write("ill", ill("import ctypes; ctypes.string_at(0)"))
    host = start_host()
    with pytest.raises(OSError):
        host.ask("GET", "/6/plugins/ill/now")
    assert host.wait_end() == -signal.SIGSEGV
    assert "Segmentation fault" in host.stderr and "in get" in host.stderr


def test_an_interpreter_that_is_held_ends_the_host(start_host, write) -> None:
    """`PyDLL` keeps the interpreter's lock while C code runs, so that no thread of Python gets on."""
    write("ill", ill("import ctypes; ctypes.PyDLL('libc.so.6').sleep(600)"))
    host = start_host(timeouts={"stall": 2})
    with pytest.raises(OSError):
        host.ask("GET", "/6/plugins/ill/now")
    assert host.wait_end() == 1
    assert "Timeout" in host.stderr and "in get" in host.stderr


def test_each_plugin_has_its_own_loop_and_thread(start_host, write) -> None:
    for name in ("one", "two"):
        write(
            name,
            """
            import threading
            class Here(BaseBackgroundPlugin):
                async def start(self):
                    print("here", threading.get_ident(), id(asyncio.get_running_loop()))
            """,
        )
    host = start_host()
    assert len({host.wait_log(name, "here")["text"] for name in ("one", "two")}) == 2
