"""HAProxy with the configuration of deploy/, and clients that keep asking through it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import threading
from pathlib import Path

from conftest import REPOSITORY
from vocabulary import route

CONFIGURATION = REPOSITORY / "deploy/haproxy.cfg"


class Balancer:
    """A running HAProxy on a port of the system's choice, which it is given as a descriptor."""

    def __init__(self, program: str, replicas: "list[tuple[str, int]]", log: Path) -> None:
        self.log = log
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = self._socket.getsockname()
        number = self._socket.fileno()
        first, second = (f"{host}:{port}" for host, port in replicas)
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [program, "-db", "-f", str(CONFIGURATION)],
                env={**os.environ, "STREAMS_LISTEN": f"fd@{number}", "STREAMS_A": first, "STREAMS_B": second},
                pass_fds=[number],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        return self.log.read_text()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._socket.close()


class Client(threading.Thread):
    """Sends one request after the other, on one connection while that lasts, and notes each that fails."""

    def __init__(self, address: "tuple[str, int]", credentials: "tuple[str, str]", methods: "tuple[str, ...]") -> None:
        super().__init__(daemon=True)
        self.address = address
        self.credentials = credentials
        self.methods = methods
        self.answered = 0
        self.failed: "list[str]" = []
        self.over = threading.Event()
        self.start()

    def run(self) -> None:
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        while not self.over.is_set():
            method = self.methods[self.answered % len(self.methods)]
            path = "/streams" if method in ("POST", "DELETE") else "/streams/count"
            try:
                connection.request(method, route(path), headers=dict([self.credentials]))
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.answered += 1
                else:
                    self.failed.append(f"{method}: {answer.status}")
            except (OSError, http.client.HTTPException) as fault:
                self.failed.append(f"{method}: {fault!r}")
                connection.close()
        connection.close()

    def stop(self) -> None:
        self.over.set()
        self.join(30)
