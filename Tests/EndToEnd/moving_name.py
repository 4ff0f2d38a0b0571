"""A name that a proxy resolves to where a test wants it: its own /etc/hosts, in a mount namespace of its own."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "moving.test"
#: Addresses of one length, so that a change of the file is a single write.
OLD, NEW = "127.0.0.1", "127.0.0.3"


class MovingName:
    """`within` starts a process for which `NAME` leads to the address that `move` told last."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "hosts"
        self._file.write_text(f"{OLD} {NAME}\n127.0.0.1 localhost\n")
        # Without the right to mount, as the root of a user namespace.
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        script = 'mount --bind "$0" /etc/hosts && exec "$@"'
        self.within = ["unshare", "--mount", *user, "bash", "-c", script, str(self._file)]

    def url(self, port: int) -> str:
        return f"http://{NAME}:{port}"

    def also_with_a_dot(self) -> None:
        """A name server takes both for the same; the file has to list both."""
        self._file.write_text(f"{OLD} {NAME} {NAME}.\n127.0.0.1 localhost\n")

    def move(self, address: str = NEW) -> None:
        """In place: the mount is of this file, not of its name."""
        descriptor = os.open(self._file, os.O_WRONLY)
        try:
            os.pwrite(descriptor, address.encode(), 0)
        finally:
            os.close(descriptor)
