"""A new password at a terminal: asked for twice, never shown, and the terminal is as it was whatever happens."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
from pathlib import Path

import pytest

from bytestream import DEADLINE
from proxy_process import EXECUTABLE, command, run_command, settings
from wire import eventually

PASSWORD = "canary пароль at a terminal"
CREATE = ("account", "create", "--login", "ann@example.org", "--type", "user")
UPDATE = ("account", "update", "--login", "ann@example.org")


class Terminal:
    """A command with a terminal of its own: `shown` is all that somebody in front of it would have seen."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.master, self.slave = pty.openpty()
        os.set_blocking(self.master, False)
        self.shown = b""
        self.process = subprocess.Popen(
            [str(EXECUTABLE), *words, "--config", str(folder / "config.json")],
            stdin=self.slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        os.close(self.master)
        os.close(self.slave)

    def await_text(self, text: str, count: int = 1) -> None:
        def seen() -> bool:
            try:
                self.shown += os.read(self.master, 65536)
            except BlockingIOError:
                pass
            return self.shown.count(text.encode()) >= count

        eventually(seen, what=f"{text!r} on the terminal: {self.shown!r}")

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    @property
    def shows_what_is_typed(self) -> bool:
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def end(self) -> "tuple[int, str, str]":
        output, errors = self.process.communicate(timeout=DEADLINE)
        self.await_text("")
        return self.process.returncode, output.decode(), errors.decode()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:5160")))
    return tmp_path


def answered(folder: Path, words: "tuple[str, ...]", *lines: str) -> "tuple[int, str, str]":
    """The command's end, once it was told those lines."""
    with Terminal(folder, *words) as terminal:
        for prompt, line in zip(("New password of ann@example.org: ", "The same again: "), lines):
            terminal.await_text(prompt)
            assert not terminal.shows_what_is_typed
            terminal.type(f"{line}\n")
        ended = terminal.end()
        assert terminal.shows_what_is_typed
        for line in lines:
            assert not line or line.encode() not in terminal.shown, "what is typed is seen"
        return ended


def test_create_asks_twice_and_shows_nothing(folder):
    status, output, errors = answered(folder, CREATE, PASSWORD, PASSWORD)
    assert (status, errors) == (0, ""), (output, errors)
    assert "account_id" in json.loads(output)


@pytest.mark.parametrize("words", [UPDATE, (*UPDATE, "--type", "admin", "--password-stdin")])
def test_update_asks_where_the_password_is_what_changes(folder, words):
    command(folder, *CREATE, password="canary-before")
    before = (folder / "accounts.json").read_text()
    assert answered(folder, words, PASSWORD, PASSWORD)[0] == 0
    assert (folder / "accounts.json").read_text() != before


def test_update_of_other_things_does_not_ask(folder):
    command(folder, *CREATE, password="canary-before")
    assert answered(folder, (*UPDATE, "--type", "admin"))[0] == 0


@pytest.mark.parametrize(
    "lines, says",
    [
        ((PASSWORD, PASSWORD + "x"), "the two passwords differ"),
        (("short", "short"), "8 to 128 characters"),
        (("", ""), "8 to 128 characters"),
        (("\x04",), "no password was given"),
    ],
)
def test_what_is_no_password_is_told(folder, lines, says):
    status, output, errors = answered(folder, CREATE, *lines)
    assert (status, output) == (65, "") and says in errors, errors
    assert not (folder / "accounts.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("is_second", [False, True])
def test_a_signal_ends_it_and_the_terminal_shows_again_what_is_typed(folder, number, is_second):
    with Terminal(folder, *CREATE) as terminal:
        terminal.await_text("New password")
        if is_second:
            terminal.type(f"{PASSWORD}\n")
            terminal.await_text("The same again")
        if number == signal.SIGINT:
            terminal.type("\x03")
        else:
            terminal.process.send_signal(number)
        assert terminal.end()[0] == -number
        assert terminal.shows_what_is_typed
    assert not (folder / "accounts.json").exists()


def test_it_asks_anew_after_it_was_stopped(folder):
    with Terminal(folder, *CREATE) as terminal:
        terminal.await_text("New password")
        terminal.type("half a pass\x1a")
        # A session's only process is not stopped; what counts is that it asks again, from the start.
        terminal.await_text("New password", count=2)
        for prompt in ("New password", "The same again"):
            terminal.await_text(prompt)
            terminal.type(f"{PASSWORD}\n")
        assert terminal.end()[0] == 0


def test_without_a_terminal_it_says_what_to_do(folder):
    done = run_command(*CREATE, "--config", str(folder / "config.json"))
    assert done.returncode == 64 and "--password-stdin is missing" in done.stderr
