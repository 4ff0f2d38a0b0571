"""The stand-in for Luna-Streams: nginx with fixed answers."""

import os
import random

from .client import Connection, request
from .credentials import Credentials
from .machine import Cores, find_program
from .process import Process
from .readiness import wait_until_listening
from .scratch import Scratch, free_port

FRAME_BYTES = 64 * 1024
DOWNLOAD_BYTES = 32 * 1024 * 1024
#: How many ports it listens on. Each peer has its own: the connections that several keep to one port, and those that
#: have just closed, would leave too few client ports for thousands of new ones.
DOORS = 8


class Backend:
    def __init__(self, scratch: Scratch, cores: Cores, credentials: Credentials) -> None:
        program = find_program("nginx")
        if program is None:
            raise RuntimeError("the backend is nginx, which is not installed")
        noise = random.Random(1)
        (scratch / "frame.jpg").write_bytes(b"\xff\xd8\xff" + noise.randbytes(FRAME_BYTES - 5) + b"\xff\xd9")
        block = b'"' + b"x" * 1022 + b'"'
        (scratch / "logs.json").write_bytes(block * (DOWNLOAD_BYTES // len(block)))
        self.ports = [free_port() for _ in range(DOORS)]
        self.port = self.ports[0]
        self.doors: dict[str, int] = {}
        config = scratch.render(
            "backend.conf", "backend.conf", USER=server_user(), STREAM=credentials.stream,
            ACCOUNT=credentials.account,
            DOORS="\n        ".join(f"listen 127.0.0.1:{port} backlog=8192;" for port in self.ports))
        self.process = Process(
            [program, "-e", str(scratch / "backend-error.log"), "-c", str(config)], cores=cores.load,
            output=scratch / "backend.out", folder=scratch.path)
        self.asked = 0
        wait_until_listening(self.port, self.process, scratch / "backend.out")

    def door(self, name: str) -> int:
        """The port for the peer of that name."""
        return self.ports[self.doors.setdefault(name, len(self.doors)) % DOORS]

    def requests(self) -> int:
        """How many requests have come so far, this question left out. The sink's are counted too: 2 per upload."""
        with Connection(self.port) as connection:
            _, content = connection.exchange(request("GET", "/backend/status"))
        self.asked += 1
        return int(content.split(b"requests", 1)[1].split()[2]) - self.asked

    def stop(self) -> None:
        self.process.stop()


def server_user() -> str:
    """nginx started by root gives its work to another user, who could not read the scratch folder's secrets."""
    return "root" if os.geteuid() == 0 else "nobody"
