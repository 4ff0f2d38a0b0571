"""No proxy but a relay: bytes are passed on unread. What it costs is the kernel's part of any proxy on this machine."""

import subprocess
from pathlib import Path

from ..machine import find_program
from .peer import Peer, Unavailable

SOURCE = Path(__file__).resolve().parents[2] / "native" / "relay.c"


class Relay(Peer):
    """By epoll, as all the proxies here."""

    name = "floor"
    mount = "/1"
    is_proxy = False
    way = "epoll"
    libraries: "tuple[str, ...]" = ()

    def command(self) -> list[str]:
        if find_program("cc") is None:
            raise Unavailable("there is no C compiler")
        program = self.around.scratch / f"relay-{self.way}"
        if not program.exists():
            subprocess.run(["cc", "-O2", *self.flags(), "-o", program, SOURCE, *self.libraries], check=True, timeout=60)
        return [str(program), self.way, str(self.port), str(self.upstream_port)]

    def flags(self) -> list[str]:
        return ["-DWITHOUT_IO_URING"]


class RingRelay(Relay):
    """By io_uring: what its system calls would save."""

    name = "floor-io_uring"
    way = "io_uring"
    libraries = ("-luring",)

    def flags(self) -> list[str]:
        if not Path("/usr/include/liburing.h").exists():
            raise Unavailable("liburing-dev is not installed")
        return []
