"""SIGTERM ends the proxy, quietly and soon."""

from __future__ import annotations

import signal
import time

import pytest

from origins import EchoOrigin, LiveOrigin
from proxy_process import ProxyProcess
from vocabulary import LIVE, route


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
