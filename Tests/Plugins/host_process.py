"""The host program as the proxy runs it: a child process with the control channel as descriptor 3."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Mapping, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "Python"
#: Seconds within which whatever is waited for must have come, on a busy machine too.
DEADLINE = 30.0

Message = "dict[str, Any]"


class Answer(NamedTuple):
    """An answer of a route."""

    status: int
    fields: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The content as JSON."""
        return json.loads(self.content)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over the host's socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("plugins", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class HostProcess:
    """A host under test, and all that it has told so far."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, reading: bool = True) -> None:
        self.socket_path = folder / "http.sock"
        self.stderr_path = folder / "stderr"
        self.messages: list[Message] = []
        self._changed = threading.Condition()
        self._ended = False
        self.channel, theirs = socket.socketpair()

        def adopt() -> None:
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)

        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "luna_plugins.host"],
                env={**os.environ, "PYTHONPATH": str(PACKAGE), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                close_fds=False,
                preexec_fn=adopt,
            )
        theirs.close()
        self._reader = threading.Thread(target=self._read, daemon=True)
        if reading:
            self.read_on()

    def read_on(self) -> None:
        """Begins to read what the host tells."""
        self._reader.start()

    def configure(self, folders: list[Path], settings: Mapping[str, Any], **members: Any) -> None:
        """Sends the first line; `settings` are by plugin."""
        message = {
            "type": "configure",
            "socket": str(self.socket_path),
            "folders": [str(folder) for folder in folders],
            "plugins": [{"name": name, "settings": value} for name, value in settings.items()],
            "log_level": "INFO",
            **members,
        }
        self.send(message)

    def send(self, message: Any) -> None:
        """Sends one line."""
        self.channel.sendall(json.dumps(message).encode() + b"\n")

    def points(self, *points: Message) -> None:
        """Sends monitoring points."""
        self.send({"type": "points", "points": list(points)})

    def wait(self, found: Callable[[], Any], what: str) -> Any:
        """Waits until `found` gives something; it is looked at after each message."""
        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, DEADLINE)
            result = found()
        assert result, f"{what} did not come; the host told:\n" + "\n".join(map(str, self.messages))
        return result

    def wait_ready(self) -> None:
        """Waits until the host listens."""
        self.wait(lambda: any(message["type"] == "ready" for message in self.messages), "ready")

    def wait_listening(self) -> None:
        """Waits until the host listens, by its socket alone."""

        def listens() -> bool:
            with socket.socket(socket.AF_UNIX) as probe:
                return probe.connect_ex(str(self.socket_path)) == 0

        self.poll(listens, "the socket")

    def poll(self, found: Callable[[], bool], what: str) -> None:
        """Waits for what the host does not tell."""
        end = time.monotonic() + DEADLINE
        while not found():
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(0.02)

    def status(self, name: str) -> Message:
        """What the host told last of that plugin."""
        told = [message for message in self.messages if message["type"] == "status"]
        return next(plugin for plugin in told[-1]["plugins"] if plugin["name"] == name)

    def wait_status(self, name: str, status: str) -> Message:
        """Waits for a plugin's status."""
        self.wait(lambda: any(m["type"] == "status" for m in self.messages), "a status")
        self.wait(lambda: self.status(name)["status"] == status, f"the status {status} of {name}")
        return self.status(name)

    def logs(self, plugin: str | None) -> list[Message]:
        """The log lines of a plugin; None for the host's own."""
        return [m for m in list(self.messages) if m["type"] == "log" and m["plugin"] == plugin]

    def wait_log(self, plugin: str | None, text: str) -> Message:
        """Waits for a log line of the plugin that holds the text."""
        found = self.wait(lambda: [m for m in self.logs(plugin) if text in m["text"]], f"{text!r} in the log")
        return found[0]

    def lost(self, plugin: str) -> int:
        """How many points the host told to be lost."""
        return sum(m["count"] for m in list(self.messages) if m["type"] == "lost" and m["plugin"] == plugin)

    def ask(
        self,
        method: str,
        target: str,
        fields: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout: float = DEADLINE,
    ) -> Answer:
        """One request over the host's socket, the target raw."""
        connection = _UnixConnection(self.socket_path, timeout)
        try:
            connection.request(method, target, content, dict(fields or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def shut_down(self) -> int:
        """Says shutdown; the exit status."""
        self.send({"type": "shutdown"})
        return self.wait_end()

    def leave(self) -> None:
        """Goes away, as a proxy that has crashed."""
        self.channel.shutdown(socket.SHUT_RDWR)

    def wait_end(self) -> int:
        """Waits for the end of the process and of what it told; the exit status."""
        status = self.process.wait(DEADLINE)
        if self._reader.ident is not None:
            self._reader.join(DEADLINE)
        return status

    @property
    def stderr(self) -> str:
        """What the process wrote before it had a channel, or as it crashed."""
        return self.stderr_path.read_text(errors="replace")

    def stop(self) -> None:
        """Ends it, however it is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.wait_end()
        self.channel.close()

    def _read(self) -> None:
        with self.channel.makefile("rb") as lines:
            try:
                for line in lines:
                    assert len(line) <= 1024 * 1024, "a line is too long"
                    message = json.loads(line)
                    with self._changed:
                        self.messages.append(message)
                        self._changed.notify_all()
            except (ConnectionError, ValueError):
                pass
        with self._changed:
            self._ended = True
            self._changed.notify_all()
