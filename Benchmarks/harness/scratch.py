"""A folder of our own in memory, removed at the end; configuration files from templates; free ports."""

import os
import shutil
import socket
import tempfile
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "configs"


class Scratch:
    """In /dev/shm where there is one, so that logs and large files cost no disk time."""

    def __init__(self) -> None:
        memory = "/dev/shm"
        usable = os.path.isdir(memory) and os.access(memory, os.W_OK)
        self.path = Path(tempfile.mkdtemp(prefix="streams-bench-", dir=memory if usable else None))
        # Servers started as root hand their work to another user, who must be able to enter.
        self.path.chmod(0o755)

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def render(self, template: str, name: str, **values: object) -> Path:
        """Writes `configs/<template>` with each @KEY@ replaced. A key that is left over is a fault of ours."""
        text = (TEMPLATES / template).read_text()
        values["SCRATCH"] = self.path
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        target = self.path / name
        target.write_text(text)
        return target

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on now. Below the range of client ports, so that none of our own
    connections takes it between this answer and its use."""
    low = 20000
    for offset in range(2000):
        port = low + (os.getpid() * 7 + offset + free_port.given) % 10000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        free_port.given += offset + 1
        return port
    raise OSError("no free port")


free_port.given = 0
