"""The real executable: its settings, its command line, and a running instance under test."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Iterable, Sequence

import sanitizer
from bytestream import DEADLINE
from messages import Answer
from wire import Connection, eventually

_REPOSITORY = Path(__file__).resolve().parents[2]
EXECUTABLE = Path(os.environ.get("STREAMS_PROXY", _REPOSITORY / ".build/release/streams-proxy")).resolve()
PREFIX = "/6/plugins/luna-streams"
#: Descriptors that Dispatch opens for itself when its queues first run, which may be after the first answers.
SPARE_DESCRIPTORS = 8
#: A proxy that must never be used: libcurl would take it from the environment if it were left to itself.
_ENVIRONMENT = {**os.environ, "http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9"}
_LISTENING = re.compile(r"listening on https?://127\.0\.0\.1:([0-9]+)")


def settings(origin: str, **changes: Any) -> "dict[str, Any]":
    """A settings file's content for an origin.

    `timeouts`, `http` and `address` join the sections of those names, `plugin` the plugin's own, `plugins` those of
    Python plugins; `account_header` and others stand at the top. Accounts are not kept apart unless `isolation` is 1: most
    tests are about the wire, with content and origins that know nothing of accounts.
    """
    timeouts = {"request": 20, "connect": 5, **changes.pop("timeouts", {})}
    address = {"origin": f"{origin}/1", "api_version": 1, **changes.pop("address", {})}
    http = changes.pop("http", {})
    plugin = {"account-isolation": changes.pop("isolation", 0), **changes.pop("plugin", {})}
    account_header = changes.pop("account_header", None)
    others = changes.pop("plugins", {})
    value: "dict[str, Any]" = {
        "LUNA_API_HTTP_SETTINGS": http,
        "LUNA_API_ACTIVE_PLUGINS": ["luna-streams"],
        "LUNA_API_PLUGINS_SETTINGS": {
            "luna-streams": {"luna-streams-address": address, "luna-streams-timeouts": timeouts, **plugin},
            **others,
        },
        "CONFIG_AUTHORIZATION_USERS": "accounts.json",
        **changes,
    }
    if account_header is not None:
        value["ALLOW_LUNA_ACCOUNT_AUTH_HEADER"] = account_header
    return value


def run_command(
    *arguments: "str | Path", standard_input: str = "", timeout: float = 30
) -> "subprocess.CompletedProcess[str]":
    """Runs the executable to its end, in a folder where no file lies that it could take for its own."""
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run(
            [str(EXECUTABLE), *map(str, arguments)],
            input=standard_input,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=_ENVIRONMENT,
            cwd=empty,
        )


def command(folder: Path, *arguments: str, password: "str | None" = None) -> Any:
    """Runs an account or token command on the folder's settings and gives the JSON it prints."""
    standard_input = ""
    if password is not None:
        arguments += ("--password-stdin",)
        standard_input = password + "\n"
    words = arguments[:2] + ("--config", str(folder / "config.json")) + arguments[2:]
    done = run_command(*words, standard_input=standard_input)
    assert done.returncode == 0, f"{arguments[:2]} failed with {done.returncode}: {done.stderr}{done.stdout}"
    return json.loads(done.stdout) if done.stdout.strip() else None


def _passing_on(numbers: "list[int]") -> "list[str]":
    """A command before the command: the descriptors become 3 and up, and are meant for the process itself."""
    if not numbers:
        return []
    # Out of the way first: one of them may be 3 already.
    moves = [f"exec {200 + index}<&{number}" for index, number in enumerate(numbers)]
    moves += [f"exec {3 + index}<&{200 + index} {200 + index}<&-" for index in range(len(numbers))]
    script = "; ".join([*moves, f"export LISTEN_FDS={len(numbers)} LISTEN_PID=$$", 'exec "$@"'])
    return ["bash", "-c", script, "bash"]


class ProxyProcess:
    """A proxy that runs on a port of the system's choice, over the settings and accounts of its folder."""

    #: Those that run now.
    running: "list[ProxyProcess]" = []

    def __init__(
        self,
        folder: Path,
        origin: Any = None,
        workers: int = 2,
        arguments: "Iterable[str]" = (),
        context: "ssl.SSLContext | None" = None,
        port: int = 0,
        sockets: "Sequence[socket.socket]" = (),
        environment: "dict[str, str] | None" = None,
        within: "Sequence[str]" = (),
    ) -> None:
        """`sockets` are passed on as a service manager does (`LISTEN_FDS`), with the variables of `environment`.

        `within` is a command that becomes the one that is written behind it.
        """
        self.folder = folder
        self.origin = origin
        #: How its clients speak TLS; None for plain HTTP.
        self.context = context
        self.credentials: "tuple[str, str] | None" = None
        #: Lines of both streams as they were read.
        self.output: "list[str]" = []
        self._streams: "tuple[list[str], list[str]]" = ([], [])
        self._listening = threading.Event()
        self._port = 0
        numbers = [sock.fileno() for sock in sockets]
        self.process = subprocess.Popen(
            [*within, *_passing_on(numbers), str(EXECUTABLE), "run", "--config", str(folder / "config.json")]
            + ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), *arguments],
            pass_fds=numbers,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**_ENVIRONMENT, **(environment or {})},
        )
        self._readers = [
            threading.Thread(target=self._collect, args=pair, daemon=True)
            for pair in zip((self.process.stdout, self.process.stderr), self._streams)
        ]
        for reader in self._readers:
            reader.start()
        ProxyProcess.running.append(self)
        if not self._listening.wait(DEADLINE):
            self.stop()
            raise AssertionError(f"the proxy didn't begin to listen: {self.text}")

    def await_text(self, text: str) -> None:
        """Waits until it has printed that. What it says on standard error comes by another pipe than the line by which it
        tells that it listens, and may be read later."""
        eventually(lambda: text in self.text, what=f"the text {text!r}")

    @property
    def text(self) -> str:
        """All that it printed, on one stream and then on the other: what belongs together stays together."""
        return "".join(line for stream in self._streams for line in stream)

    @property
    def told(self) -> str:
        """What it printed on standard error; the log, on standard output, has much of it too."""
        return "".join(self._streams[1])

    @property
    def address(self) -> "tuple[str, int]":
        return ("127.0.0.1", self._port)

    @property
    def url(self) -> str:
        """The proxy's plugin routes as a URL, no slash at the end."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self._port}{PREFIX}"

    def connect(self, timeout: float = DEADLINE, receive_buffer: int = 0, source: str = "") -> Connection:
        """A new connection to it, from the address `source` where that is given."""
        return Connection(self.address, timeout, receive_buffer, self.context, source)

    def ask(
        self,
        method: str,
        path: str,
        fields: "Iterable[tuple[str, str]]" = (),
        content: "bytes | None" = None,
        *,
        credentials: "tuple[str, str] | None | bool" = True,
        timeout: float = DEADLINE,
        version: str = "HTTP/1.1",
    ) -> Answer:
        """One request below the plugin's prefix on a connection of its own, and its answer.

        `credentials` True stands for those the proxy's fixture set, None for none at all.
        """
        own = self.credentials if credentials is True else credentials
        with self.connect(timeout) as connection:
            connection.ask(method, PREFIX + path, [*([own] if own else []), *fields], content, version)
            return connection.read_answer()

    def status_for(self, credentials: "tuple[str, str] | None", method: str = "GET") -> "int | None":
        """The status those credentials get on every worker; None while the workers differ.

        A connection goes to a worker of the kernel's choice, so several are made.
        """
        statuses = {self.ask(method, "/streams/count", credentials=credentials).status for _ in range(8)}
        return statuses.pop() if len(statuses) == 1 else None

    def change_settings(self, origin: str = "", **changes: Any) -> None:
        """Writes the settings file anew, as `settings` makes it; it is replaced whole, as editors do."""
        draft = self.folder / "config.json.draft"
        draft.write_text(json.dumps(settings(origin or self.origin.url, **changes)))
        draft.rename(self.folder / "config.json")

    def reload(self, outcome: str = ": reloaded") -> str:
        """SIGHUP, and the line that tells what came of it; gives all that it printed meanwhile."""
        before, seen = len(self.output), self.told.count(outcome)
        self.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + DEADLINE
        while self.told.count(outcome) == seen:
            assert time.monotonic() < end, f"no outcome of the reload: {self.text[-2000:]}"
            time.sleep(0.005)
        return "".join(self.output[before:])

    def resident(self) -> int:
        """The memory it holds now, in bytes (VmRSS)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+([0-9]+) kB", status)
        assert match, "the process has no memory: has it ended?"
        return int(match.group(1)) * 1024

    def growth(self, since: int) -> int:
        """By how many bytes it holds more than it did; with a sanitizer, what a build without one would."""
        return sanitizer.plain(self.resident() - since)

    def descriptors(self) -> int:
        """How many descriptors it has open now."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def assert_survives(self) -> None:
        """The same process still runs and still answers (404 where the plugin isn't active)."""
        assert self.process.poll() is None, f"the proxy ended with {self.process.poll()}: {self.text[-2000:]}"
        answer = self.ask("OPTIONS", "/streams", credentials=None)
        assert answer.status in (204, 404), f"the proxy no longer answers well: {answer}"

    def stop(self) -> int:
        """Ends it by SIGTERM, by a second one where calls are still under way, by SIGKILL at last; the exit status."""
        if self in ProxyProcess.running:
            ProxyProcess.running.remove(self)
        status = self.process.poll()
        for number, patience in ((signal.SIGTERM, 1), (signal.SIGTERM, DEADLINE), (signal.SIGKILL, None)):
            if status is not None:
                break
            self.process.send_signal(number)
            try:
                status = self.process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        assert status is not None
        for reader in self._readers:
            reader.join(5)
        return status

    def _collect(self, stream: Any, lines: "list[str]") -> None:
        for line in stream:
            lines.append(line)
            self.output.append(line)
            match = _LISTENING.search(line)
            if match and not self._listening.is_set():
                self._port = int(match.group(1))
                self._listening.set()
        stream.close()


class MemoryWatch:
    """Notes the most memory a proxy holds beyond what it held at the beginning, while the block runs."""

    def __init__(self, proxy: ProxyProcess) -> None:
        self._proxy = proxy
        self._over = threading.Event()
        self.growth = 0

    def __enter__(self) -> "MemoryWatch":
        self._begin = self._proxy.resident()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.growth = max(self.growth, self._proxy.growth(self._begin))

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self.growth = max(self.growth, self._proxy.growth(self._begin))
