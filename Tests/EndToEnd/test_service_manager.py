"""What a service manager such as systemd gives and hears: sockets, readiness, reloads, the end, the watchdog."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

import sanitizer
from bytestream import DEADLINE
from origins import EchoOrigin
from proxy_process import EXECUTABLE, ProxyProcess
from test_drain import terminate
from vocabulary import route
from wire import Connection, eventually


class FakeManager:
    """Listens for notices on a datagram socket, with a path or an abstract name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind("\0" + name[1:] if name.startswith("@") else name)
        self.sock.settimeout(DEADLINE)

    def next(self) -> "dict[str, str]":
        """The next notice's assignments."""
        lines = self.sock.recv(4096).decode().split("\n")
        return dict(line.split("=", 1) for line in lines)

    def close(self) -> None:
        self.sock.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    manager = FakeManager(str(tmp_path / "notify") if request.param == "path" else f"@proxy-test-{os.getpid()}")
    yield manager
    manager.close()


@pytest.fixture
def served(start_proxy):
    """Gives a function that starts another proxy on the folder of one that the fixtures look after."""
    model = start_proxy(EchoOrigin())
    started = []

    def start(**options) -> ProxyProcess:
        proxy = ProxyProcess(model.folder, model.origin, **options)
        proxy.credentials = model.credentials
        started.append(proxy)
        return proxy

    yield start
    for proxy in started:
        proxy.stop()


# Notices


def test_it_says_ready_reloading_ready_stopping(served, manager):
    proxy = served(environment={"NOTIFY_SOCKET": manager.name})
    ready = manager.next()
    assert ready["READY"] == "1"
    assert f"127.0.0.1:{proxy.address[1]}" in ready["STATUS"]
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    proxy.reload()
    reloading = manager.next()
    assert reloading["RELOADING"] == "1"
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert manager.next()["READY"] == "1"
    (proxy.folder / "config.json").write_text("{")
    proxy.reload("stay in force")
    assert manager.next()["RELOADING"] == "1"
    refused = manager.next()
    assert refused["READY"] == "1" and "not reloaded" in refused["STATUS"]
    terminate(proxy)
    assert manager.next()["STOPPING"] == "1"
    assert proxy.process.wait(5) == 0


def test_it_is_ready_before_it_says_so(served, manager):
    proxy = served(environment={"NOTIFY_SOCKET": manager.name})
    manager.next()
    assert "listening on" in proxy.text
    assert proxy.ask("GET", "/streams").status == 200


def test_a_manager_that_is_gone_changes_nothing(served, tmp_path):
    proxy = served(environment={"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert proxy.ask("GET", "/streams").status == 200


# The watchdog


def test_the_watchdog_is_fed_at_half_its_interval(served, manager):
    served(environment={"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "400000"})
    assert "READY" in manager.next()
    begin = time.monotonic()
    for _ in range(5):
        assert manager.next() == {"WATCHDOG": "1"}
    # Five intervals of 0.2 s, the first of which may have begun before.
    assert 0.6 <= time.monotonic() - begin < 3


def test_a_watchdog_for_another_process_is_not_fed(served, manager):
    served(environment={"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"})
    assert "READY" in manager.next()
    manager.sock.settimeout(0.5)
    with pytest.raises(TimeoutError):
        manager.next()


# Sockets


def listening(host: str = "127.0.0.1", family: int = socket.AF_INET) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.bind((host, 0))
    sock.listen(100)
    return sock


def asked(address, credentials) -> int:
    with Connection(address, DEADLINE) as connection:
        connection.ask("GET", route("/streams"), [credentials])
        return connection.read_answer().status


def test_sockets_that_are_passed_on_are_served_instead_of_host_and_port(served):
    with listening() as one, listening() as two:
        environment = {"LISTEN_FDNAMES": "http:more"}
        proxy = served(sockets=[one, two], environment=environment, workers=3, port=1)
        for sock in (one, two):
            assert [asked(sock.getsockname(), proxy.credentials) for _ in range(12)] == [200] * 12
        assert proxy.text.count("listening on") == 1
        assert re.search(rf'http://127.0.0.1:{two.getsockname()[1]}, passed on as "more", 3 workers', proxy.text)


def test_whoever_comes_before_the_process_is_served_by_it(served):
    with listening() as sock, Connection(sock.getsockname(), DEADLINE) as early:
        early.send(b"GET /version HTTP/1.1\r\nHost: h\r\n\r\n")
        served(sockets=[sock])
        assert early.read_answer().status == 200


def test_whoever_waits_when_it_ends_is_served_by_the_next(served):
    """The socket lives on with whoever passed it on, and so do those who wait in its queue."""
    with listening() as sock:
        first = served(sockets=[sock])
        first.process.send_signal(signal.SIGSTOP)
        waiting = [Connection(sock.getsockname(), DEADLINE) for _ in range(20)]
        for connection in waiting:
            connection.send(b"GET /version HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        terminate(first)
        first.process.send_signal(signal.SIGCONT)
        assert first.process.wait(10) == 0
        served(sockets=[sock])
        for connection in waiting:
            assert connection.read_answer().status == 200
            connection.close()


@pytest.mark.parametrize("kind", ["datagram", "unix", "connected", "idle"])
def test_what_is_no_listening_tcp_socket_is_refused(start_proxy, kind):
    model = start_proxy(EchoOrigin())
    left, right = socket.socketpair()
    sock = {
        "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "connected": lambda: left,
        "idle": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    }[kind]()
    with pytest.raises(AssertionError, match="descriptor 3 was passed on and is no listening TCP socket"):
        ProxyProcess(model.folder, model.origin, sockets=[sock])
    for one in (sock, left, right):
        one.close()


def test_nonsense_in_the_environment_is_told(start_proxy):
    model = start_proxy(EchoOrigin())
    with listening() as sock:
        with pytest.raises(AssertionError, match="LISTEN_FDNAMES: found 2 names; LISTEN_FDS says 1"):
            ProxyProcess(model.folder, model.origin, sockets=[sock], environment={"LISTEN_FDNAMES": "a:b"})


def test_sockets_for_another_process_are_left_alone(served):
    proxy = served(environment={"LISTEN_FDS": "1", "LISTEN_PID": "1"})
    assert proxy.ask("GET", "/streams").status == 200


def test_systemd_socket_activate(start_proxy):
    """The real tool: it listens, and starts the proxy when the first client comes."""
    tool = shutil.which("systemd-socket-activate")
    if not tool:
        pytest.skip("systemd-socket-activate is not installed")
    model = start_proxy(EchoOrigin())
    with listening() as sock:
        address = sock.getsockname()
    config = str(model.folder / "config.json")
    # It passes on what it is told to, and nothing else.
    kept = [f"--setenv={name}" for name in sanitizer.VARIABLES]
    process = subprocess.Popen(
        [tool, *kept, "-l", f"{address[0]}:{address[1]}", "--fdname=http", str(EXECUTABLE), "run", "--config", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:

        def is_served() -> bool:
            try:
                return asked(address, model.credentials) == 200
            except ConnectionRefusedError:
                return False  # It does not listen yet.

        eventually(is_served, DEADLINE, "systemd-socket-activate to listen")
        # It serves before it says so, and obeys signals from then on.
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("listening on"):
                break
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)
    output = said + rest
    assert process.returncode == 0, output
    assert f'http://127.0.0.1:{address[1]}, passed on as "http"' in output
    assert "listening on http://127.0.0.1" in output
