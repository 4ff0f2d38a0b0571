"""Commands of the executable by a user who is not root, on files of that user's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

from proxy_process import EXECUTABLE

#: Nobody: a user that owns nothing else.
USER = 65534
PASSWORD = "canary-another-users-password\n"


@pytest.fixture
def folder() -> "Iterator[Path]":
    """A folder of that user's with settings in it, where it can reach the executable."""
    root = Path("/tmp") / f"another-user-{os.getpid()}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(mode=0o755)
    shutil.copy(EXECUTABLE, root / "streams-proxy")
    own = root / "own"
    own.mkdir(mode=0o700)
    (own / "config.json").write_text(
        '{"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://127.0.0.1:9"}}}}')
    os.chown(own, USER, USER)
    os.chown(own / "config.json", USER, USER)
    yield own
    shutil.rmtree(root)


def command_line(folder: Path, *words: str) -> "list[str]":
    return [str(folder.parent / "streams-proxy"), *words, "--config", str(folder / "config.json")]


def creation(folder: Path, login: str) -> "list[str]":
    return command_line(folder, "account", "create", "--login", login, "--type", "user", "--password-stdin")


def run(
    command: "list[str]", user: "int | None" = USER, within: "tuple[str, ...]" = ()
) -> "subprocess.CompletedProcess[str]":
    """To its end, by that user or (None) by root, `within` what starts it."""
    by_user = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    return subprocess.run(
        [*within, *command], input=PASSWORD, capture_output=True, text=True, timeout=60, **by_user)  # fmt: skip
