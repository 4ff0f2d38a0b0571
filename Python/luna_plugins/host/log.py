"""Where log records and printed text go: to the proxy, with the name of the plugin they come from."""

from __future__ import annotations

import io
import logging
import os
import threading
import traceback

from luna_plugins.application import LOGGER_PREFIX
from luna_plugins.host.outbox import LONGEST_TEXT, Outbox

#: The host's own words.
LOG = logging.getLogger("luna_plugins.host")

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_THREAD = threading.local()


def belong_to(plugin: str) -> None:
    """From now on, what this thread logs and prints is that plugin's."""
    _THREAD.plugin = plugin


def current_plugin() -> str | None:
    """The plugin this thread belongs to."""
    return getattr(_THREAD, "plugin", None)


class OutboxLog(logging.Handler):
    """Gives every record of the process to the outbox, with its traceback."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__()
        self._outbox = outbox

    def emit(self, record: logging.LogRecord) -> None:
        """A record of a plugin's own logger, or of any logger on a plugin's thread, is that plugin's."""
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                text = f"{text}\n{traceback_text(record.exc_info[1])}"
        except Exception as error:
            text = f"{record.pathname}:{record.lineno}: {record.msg!r} can't be logged: {type(error).__name__}: {error}"
        own = record.name.startswith(LOGGER_PREFIX)
        plugin = record.name[len(LOGGER_PREFIX) :] if own else current_plugin()
        self._outbox.log(plugin, record.levelname, text.rstrip())


class PrintedLines(io.TextIOBase):
    """Stands for `sys.stdout` or `sys.stderr`: each line printed becomes a line of the log."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outbox: Outbox, level: str, descriptor: int) -> None:
        super().__init__()
        self._outbox = outbox
        self._level = level
        self._descriptor = descriptor
        #: Each thread's line that has no end yet.
        self._open = threading.local()
        #: For those who write bytes: the pipe that `OutputPipe` reads.
        self.buffer = open(descriptor, "wb", buffering=0, closefd=False)

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The descriptor, for child processes."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Logs the lines that are whole; one that never ends is logged in pieces."""
        *lines, rest = (getattr(self._open, "text", "") + text).split("\n")
        if len(rest) > LONGEST_TEXT:
            lines.append(rest)
            rest = ""
        self._open.text = rest
        for line in lines:
            self._outbox.log(current_plugin(), self._level, line)
        return len(text)


class OutputPipe:
    """Takes the place of a descriptor, 1 or 2: what C code or a child process writes there is logged as well."""

    def __init__(self, descriptor: int, level: str, outbox: Outbox) -> None:
        self._outbox = outbox
        self._level = level
        self._rest = b""
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.dup2(writer, descriptor)
        os.close(writer)

    def read(self) -> None:
        """Logs what has come; called by the host's loop when something has."""
        try:
            content = os.read(self.reader, 65536)
        except BlockingIOError:
            return
        *lines, self._rest = (self._rest + content).split(b"\n")
        if len(self._rest) > LONGEST_TEXT:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._outbox.log(None, self._level, line.decode("utf-8", "replace"))


def traceback_text(error: BaseException) -> str:
    """The traceback without what the host and the import system do between the plugin's frames: that says nothing."""
    told = traceback.TracebackException(type(error), error, error.__traceback__)
    told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if not is_ours(frame.filename)])
    return "".join(told.format()).rstrip()


def is_ours(filename: str) -> bool:
    """Whether that source is the host's or the import system's, and so tells a plugin's author nothing."""
    return filename.startswith(_PACKAGE) or filename.startswith("<frozen importlib")
