"""71 where the system refuses, 78 where what stands in a file is wrong: who starts us again goes by that."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from proxy_process import EXECUTABLE

#: Nobody: a user that owns nothing else.
USER = 65534
PASSWORD = "canary-exit-password\n"


@pytest.fixture
def folder(tmp_path_factory):
    """Settings and accounts of that user's, where it can reach the executable."""
    root = Path("/tmp") / f"exit-codes-{os.getpid()}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(mode=0o755)
    shutil.copy(EXECUTABLE, root / "streams-proxy")
    (root / "config.json").write_text(
        '{"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://127.0.0.1:9"}}}}')
    os.chown(root, USER, USER)
    os.chown(root / "config.json", USER, USER)
    assert create(root).returncode == 0
    yield root
    shutil.rmtree(root)


def run(folder: Path, *words: str, within: "list[str]" = [], user: "int | None" = USER):
    """A command of the executable; by that user, or as root (None) within what needs root."""
    as_user = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    return subprocess.run(
        [*within, folder / "streams-proxy", *words, "--config", folder / "config.json"],
        input=PASSWORD, capture_output=True, text=True, timeout=60, **as_user,
    )  # fmt: skip


def create(folder: Path, login: str = "own@example.com", **how):
    return run(folder, "account", "create", "--login", login, "--type", "user", "--password-stdin", **how)


READERS = [
    ["run", "--port", "0"], ["check"], ["explain", "--request", "GET /"], ["account", "list"], ["token", "list"],
]  # fmt: skip


@pytest.mark.parametrize("words", READERS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("name", ["accounts.json", "config.json"])
def test_a_file_that_may_not_be_read(folder, words, name):
    os.chown(folder / name, 0, 0)
    (folder / name).chmod(0o600)
    done = run(folder, *words)
    assert done.returncode == 71, done.stderr
    assert "Permission denied" in done.stderr or "this user has no permission to read the file" in done.stderr


def test_a_mount_can_not_be_replaced(folder):
    """A file that is mounted alone, as people do in containers: EBUSY."""
    before = (folder / "accounts.json").read_bytes()
    within = ["unshare", "--mount", "bash", "-c", 'mount --bind "$0" "$0" && exec "$@"', str(folder / "accounts.json")]
    done = create(folder, "next@example.com", within=within, user=None)
    assert (done.returncode, done.stdout) == (71, "")
    assert done.stderr.endswith("accounts.json: cannot be written: Device or resource busy\n")
    assert (folder / "accounts.json").read_bytes() == before
    assert not (folder / "accounts.json.new").exists()
    done = run(folder, "token", "create", "--login", "own@example.com", "--permissions", "{}", within=within, user=None)
    assert done.returncode == 71


@pytest.mark.parametrize("words", READERS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("name", ["accounts.json", "config.json"])
def test_what_stands_in_a_file_is_wrong(folder, words, name):
    (folder / name).write_text('{"accounts": []}')
    done = run(folder, *words)
    assert done.returncode == 78, done.stderr


def test_one_thing_that_is_wrong_is_enough(folder):
    """The next start would come to the same, whatever the system does then."""
    os.chown(folder / "accounts.json", 0, 0)
    (folder / "config.json").write_text("""{"LUNA_API_PLUGINS_SETTINGS": {"luna-streams":
        {"luna-streams-address": {"origin": "http://127.0.0.1:9"}, "account-isolation": 2}}}""")
    done = run(folder, "check")
    assert done.returncode == 78 and done.stderr.endswith("2 problems\n"), done.stderr
