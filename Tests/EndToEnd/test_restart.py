"""A new process beside the old one, on the same port, and the old one drains: no request is lost."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading

import pytest

from origins import LoadOrigin
from proxy_process import ProxyProcess
from test_load import require
from vocabulary import route
from wire import Connection, eventually

#: How often the process is replaced.
TIMES = pytest.mark.parametrize("times", [5, pytest.param(50, marks=pytest.mark.large)])


class Requests(threading.Thread):
    """Sends one request after the other, each on a connection of its own, and notes each that is not answered well."""

    def __init__(self, address, credentials) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.credentials = credentials
        self.answered = 0
        self.lost: "list[str]" = []
        self.over = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                # A connection that is turned away is tried again by the kernel, a second later.
                with Connection(self.address, 20) as connection:
                    connection.ask("GET", route("/streams/count"), [self.credentials])
                    status = connection.read_answer().status
                if status == 200:
                    self.answered += 1
                else:
                    self.lost.append(str(status))
            except Exception as fault:  # Whatever it is, the request is lost.
                self.lost.append(repr(fault))

    def stop(self) -> None:
        self.over.set()
        self.join(30)


class Load:
    """wrk on connections that stay open, and clients that open one for each request."""

    def __init__(self, address, credentials) -> None:
        self.wrk = subprocess.Popen(
            ["wrk", "-t1", "-c16", "-d600s", "--timeout", "20s", "-H", ": ".join(credentials)]
            + [f"http://{address[0]}:{address[1]}{route('/streams/count')}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.clients = [Requests(address, credentials) for _ in range(4)]

    @property
    def answered(self) -> int:
        return sum(client.answered for client in self.clients)

    def stop(self) -> None:
        """Ends it, and nothing was lost."""
        for client in self.clients:
            client.stop()
        self.wrk.send_signal(signal.SIGINT)
        output, _ = self.wrk.communicate(timeout=60)
        print(output, f"{self.answered} on connections of their own")
        assert [client.lost for client in self.clients] == [[]] * len(self.clients)
        assert " requests in " in output, output
        assert "Socket errors" not in output and "Non-2xx" not in output, output


def replace(first, times: int, **options) -> None:
    """Starts the next process, then ends the one before, again and again under load."""
    current = first
    load = Load(first.address, first.credentials)
    try:
        eventually(lambda: load.answered > 10, 20, "the load to begin")
        for _ in range(times):
            following = ProxyProcess(first.folder, None, **options)
            ProxyProcess.running.remove(current)
            current.process.send_signal(signal.SIGTERM)
            assert current.process.wait(30) == 0, current.text[-2000:]
            before = load.answered
            eventually(lambda: load.answered > before + 5, 20, "the new process to serve")
            current = following
    finally:
        load.stop()
        ProxyProcess.running.remove(current)
        current.stop()


@TIMES
def test_processes_one_after_the_other_lose_nothing(start_proxy, times):
    require("wrk")
    proxy = start_proxy(LoadOrigin())
    replace(proxy, times, port=proxy.address[1], arguments=["--beside"])


@TIMES
def test_processes_on_a_socket_that_is_passed_on_lose_nothing(start_proxy, times):
    require("wrk")
    # For its folder and its origin.
    model = start_proxy(LoadOrigin())
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(4096)
        first = ProxyProcess(model.folder, None, sockets=[listener])
        first.credentials = model.credentials
        replace(first, times, sockets=[listener])
