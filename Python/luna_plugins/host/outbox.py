"""What waits to be told to the proxy."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter, deque
from typing import Any, NamedTuple

#: Longest text of one log line, in characters: six bytes each at the worst, so that a line stays below 1 MiB.
LONGEST_TEXT = 64 * 1024
#: Bytes of log lines that may wait for the proxy, for each plugin: one that floods the log loses its own lines only.
MOST_WAITING = 1024 * 1024


class _Line(NamedTuple):
    content: bytes
    is_log: bool
    plugin: str | None = None


class Outbox:
    """Lines for the control channel. Any thread puts them in, the host's loop sends them.

    Log lines are dropped, and counted, while a plugin makes more than the proxy takes. Everything else is rare and
    never dropped.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._lines: deque[_Line] = deque()
        #: Bytes of log lines that wait, and lines that were dropped, by plugin.
        self._waiting: Counter[str | None] = Counter()
        self._dropped: Counter[str | None] = Counter()
        self._filled = asyncio.Event()

    def put(self, message: dict[str, Any]) -> None:
        """Adds a message that must arrive."""
        self._append(_Line(_encoded(message), False))

    def log(self, plugin: str | None, level: str, text: str) -> None:
        """Adds a log line, or counts it where too much of that plugin waits already."""
        line = _log_line(plugin, level, text)
        with self._lock:
            if self._waiting[plugin] + len(line.content) > MOST_WAITING:
                self._dropped[plugin] += 1
                return
            self._waiting[plugin] += len(line.content)
        self._append(line)

    async def send(self, writer: asyncio.StreamWriter) -> None:
        """Sends whatever is put in, without end. Raises OSError when the proxy has gone."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            await self.flush(writer)

    async def flush(self, writer: asyncio.StreamWriter) -> None:
        """Sends what waits now."""
        while (line := self._take()) is not None:
            writer.write(line.content)
            await writer.drain()

    def _append(self, line: _Line) -> None:
        with self._lock:
            self._lines.append(line)
            is_first = len(self._lines) == 1
        if is_first:
            self._loop.call_soon_threadsafe(self._filled.set)

    def _take(self) -> _Line | None:
        """The next line. Where a plugin's last one is taken, what was dropped of it is told after it."""
        with self._lock:
            if not self._lines:
                return None
            line = self._lines.popleft()
            if line.is_log:
                self._waiting[line.plugin] -= len(line.content)
                dropped = 0 if self._waiting[line.plugin] else self._dropped.pop(line.plugin, 0)
                if dropped:
                    text = f"{dropped} lines were dropped: there were more than the log takes"
                    self._lines.append(_log_line(line.plugin, "WARNING", text)._replace(is_log=False))
            return line


def _log_line(plugin: str | None, level: str, text: str) -> _Line:
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT} more characters)"
    message = {"type": "log", "level": level, "plugin": plugin, "time": time.time(), "text": text}
    return _Line(_encoded(message), True, plugin)


def _encoded(message: dict[str, Any]) -> bytes:
    """One line of UTF-8; what is no character, such as half of a surrogate pair, becomes a question mark."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
