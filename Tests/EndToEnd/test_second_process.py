"""A second proxy on an address is refused, unless `--beside` says that it is meant."""

from __future__ import annotations

import signal
import socket
import subprocess

import pytest

from origins import EchoOrigin
from proxy_process import EXECUTABLE, ProxyProcess
from wire import eventually


def start(proxy, port: int, *arguments: str) -> "subprocess.Popen[str]":
    """Another process by the same settings."""
    return subprocess.Popen(
        [str(EXECUTABLE), "run", "--config", str(proxy.folder / "config.json"), "--host", "127.0.0.1"]
        + ["--port", str(port), "--workers", "2", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_it_is_refused_and_told_who_is_there(start_proxy):
    proxy = start_proxy(EchoOrigin())
    port = proxy.address[1]
    process = start(proxy, port)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 71
    assert f"cannot listen on 127.0.0.1:{port}: streams-proxy (pid {proxy.process.pid}) listens there already" in told
    assert "--beside" in told
    # Nobody noticed.
    assert [proxy.ask("GET", "/streams").status for _ in range(8)] == [200] * 8


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_by_whatever_name_the_address_goes(start_proxy, host):
    proxy = start_proxy(EchoOrigin())
    if host == "localhost" and socket.getaddrinfo(host, 1, type=socket.SOCK_STREAM)[0][0] != socket.AF_INET:
        host = "127.0.0.1"
    process = start(proxy, proxy.address[1])
    process.kill()
    process.communicate()
    done = subprocess.run(
        [str(EXECUTABLE), "run", "--config", str(proxy.folder / "config.json"), "--host", host]
        + ["--port", str(proxy.address[1])],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 71 and "listens there already" in done.stderr, done.stderr


def test_another_program_is_named_and_no_advice_given(start_proxy):
    proxy = start_proxy(EchoOrigin())
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = start(proxy, server.getsockname()[1])
        _, told = process.communicate(timeout=30)
    assert process.returncode == 71 and "listens there already" in told and "--beside" not in told, told


def test_beside_serves_as_well(start_proxy):
    proxy = start_proxy(EchoOrigin())
    second = ProxyProcess(proxy.folder, None, port=proxy.address[1], arguments=["--beside"])
    try:
        assert second.address == proxy.address
        # Who comes by one of the two, and when one has gone by the other.
        assert [proxy.ask("GET", "/streams").status for _ in range(16)] == [200] * 16
    finally:
        second.stop()


def test_of_several_at_once_one_serves(start_proxy):
    proxy = start_proxy(EchoOrigin())
    for _ in range(3):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        processes = [start(proxy, port) for _ in range(6)]
        try:
            eventually(lambda: sum(one.poll() is None for one in processes) <= 1, 60, "all but one to be refused")
            refused = [one for one in processes if one.poll() is not None]
            assert [one.returncode for one in refused] == [71] * len(refused)
            # In a hundred millionths of a second all may refuse each other; two never serve.
            assert len(refused) >= 5
        finally:
            for one in processes:
                one.kill()
                one.communicate()


def test_a_crash_leaves_nothing_behind(start_proxy):
    proxy = start_proxy(EchoOrigin())
    port = proxy.address[1]
    with proxy.connect() as served:
        served.ask("GET", "/version")
        assert served.read_answer().status == 200
        ProxyProcess.running.remove(proxy)
        proxy.process.send_signal(signal.SIGKILL)
        proxy.process.wait(10)
    following = ProxyProcess(proxy.folder, None, port=port)
    try:
        assert following.address[1] == port
    finally:
        following.stop()
