"""A proxy that logs to whoever does not read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from proxy_process import EXECUTABLE, settings
from wire import Connection


class Unread:
    """A proxy whose standard output is a pipe that nobody empties after the line on where it listens. Ends with the block,
    in good order whatever became of its log."""

    def __init__(self, folder: Path, origin, accounts) -> None:
        accounts.copy(folder)
        self._origin = origin.start()
        config = settings(origin.url, LUNA_SERVICE_METRICS={"ENABLED": 1})
        (folder / "config.json").write_text(json.dumps(config))
        self.reading, writing = os.pipe()
        self.process = subprocess.Popen(
            [str(EXECUTABLE), "run", "--config", str(folder / "config.json"), "--port", "0", "--workers", "1"],
            stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writing)
        said = b""
        while b"\n" not in said:
            said += os.read(self.reading, 1)
        match = re.search(rb":([0-9]+)\n", said)
        assert match, said
        self.address = ("127.0.0.1", int(match.group(1)))
        self.credentials = ("Authorization", "Bearer " + accounts.root.tokens["all"])

    def __enter__(self) -> "Unread":
        return self

    def __exit__(self, *_: object) -> None:
        status = self.end()
        self.leave()
        self._origin.close()
        assert status == 0

    def connect(self) -> Connection:
        return Connection(self.address)

    def leave(self) -> None:
        """The reader goes."""
        if self.reading >= 0:
            os.close(self.reading)
        self.reading = -1

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(20)
