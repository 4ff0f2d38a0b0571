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


class Backend:
    def __init__(self, scratch: Scratch, cores: Cores, credentials: Credentials) -> None:
        program = find_program("nginx")
        if program is None:
            raise RuntimeError("the backend is nginx, which is not installed")
        noise = random.Random(1)
        (scratch / "frame.jpg").write_bytes(b"\xff\xd8\xff" + noise.randbytes(FRAME_BYTES - 5) + b"\xff\xd9")
        block = b'"' + b"x" * 1022 + b'"'
        (scratch / "logs.json").write_bytes(block * (DOWNLOAD_BYTES // len(block)))
        self.port = free_port()
        config = scratch.render(
            "backend.conf", "backend.conf", PORT=self.port, USER=server_user(), STREAM=credentials.stream,
            ACCOUNT=credentials.account)
        self.process = Process(
            [program, "-e", str(scratch / "backend-error.log"), "-c", str(config)], cores=cores.load,
            output=scratch / "backend.out", folder=scratch.path)
        self.asked = 0
        wait_until_listening(self.port, self.process, scratch / "backend.out")

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
