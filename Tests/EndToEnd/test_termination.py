"""SIGTERM ends the proxy, quietly and soon."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from origins import EchoOrigin, LiveOrigin
from origins.origin import Origin
from proxy_process import ProxyProcess
from vocabulary import LIVE, route
from wire import eventually


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_ends_with_status_0(start_proxy, name):
    proxy = start_proxy(EchoOrigin())
    assert proxy.ask("GET", "/streams").status == 200
    ProxyProcess.running.remove(proxy)
    begin = time.monotonic()
    proxy.process.send_signal(getattr(signal, name))
    assert proxy.process.wait(5) == 0
    assert time.monotonic() - begin < 3


def test_it_ends_with_idle_connections_open(start_proxy):
    proxy = start_proxy(EchoOrigin())
    with proxy.connect() as used, proxy.connect() as fresh:
        used.ask("GET", route("/streams"), [proxy.credentials])
        assert used.read_answer().status == 200
        ProxyProcess.running.remove(proxy)
        proxy.process.send_signal(signal.SIGTERM)
        assert proxy.process.wait(5) == 0
        used.expect_end()
        fresh.expect_end()


def test_the_port_is_free_afterwards(start_proxy):
    proxy = start_proxy(EchoOrigin())
    address = proxy.address
    proxy.stop()
    with pytest.raises(ConnectionRefusedError):
        proxy.connect()
    assert address == proxy.address


def test_a_second_signal_ends_it_even_with_a_preview_running(start_proxy):
    proxy = start_proxy(LiveOrigin(interval=0.05))
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        assert connection.read_head().status == 200
        ProxyProcess.running.remove(proxy)
        proxy.process.send_signal(signal.SIGTERM)
        try:
            proxy.process.wait(1)
        except Exception:
            proxy.process.send_signal(signal.SIGTERM)
        assert proxy.process.wait(5) is not None


def test_hang_up_and_child_signals_do_not_kill_it(start_proxy):
    proxy = start_proxy(EchoOrigin())
    for name in ("SIGPIPE", "SIGCHLD", "SIGURG", "SIGWINCH"):
        proxy.process.send_signal(getattr(signal, name))
        proxy.assert_survives()

class AnswersOnCommand(Origin):
    """Answers a request only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.released = threading.Event()

    def serve(self, connection) -> None:
        while connection.read_request():
            self.asked.set()
            self.released.wait(10)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_a_call_under_way_is_finished_first(start_proxy):
    proxy = start_proxy(AnswersOnCommand())
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert proxy.origin.asked.wait(5)
        ProxyProcess.running.remove(proxy)
        proxy.process.send_signal(signal.SIGTERM)
        # No new client is taken any more, so the signal has come through.
        eventually(lambda: not accepts(proxy), 5, "the listener to close")
        proxy.origin.released.set()
        assert connection.read_answer().content == b"ok"
        connection.expect_end()
    assert proxy.process.wait(5) == 0


def accepts(proxy) -> bool:
    try:
        proxy.connect().close()
    except ConnectionError:
        return False
    return True


def test_a_terminal_that_hangs_up_ends_nothing(start_proxy):
    proxy = start_proxy(EchoOrigin())
    proxy.process.send_signal(signal.SIGHUP)
    assert proxy.ask("GET", "/streams").status == 200
