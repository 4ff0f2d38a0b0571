"""71 where the system refuses, 78 where what stands in a file is wrong: who starts us again goes by that."""

from __future__ import annotations

import os

import pytest

from another_user import command_line, creation, folder, run  # noqa: F401  (a fixture)


@pytest.fixture
def own(folder):  # noqa: F811
    """With an account."""
    assert run(creation(folder, "own@example.com")).returncode == 0
    return folder


READERS = [
    ["run", "--port", "0"], ["check"], ["explain", "--request", "GET /"], ["account", "list"], ["token", "list"],
]  # fmt: skip


@pytest.mark.parametrize("words", READERS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("name", ["accounts.json", "config.json"])
def test_a_file_that_may_not_be_read(own, words, name):
    os.chown(own / name, 0, 0)
    (own / name).chmod(0o600)
    done = run(command_line(own, *words))
    assert done.returncode == 71, done.stderr
    assert "Permission denied" in done.stderr or "this user has no permission to read the file" in done.stderr


def test_a_mount_can_not_be_replaced(own):
    """A file that is mounted alone, as people do in containers: EBUSY."""
    before = (own / "accounts.json").read_bytes()
    script = 'mount --bind "$0" "$0" && exec "$@"'
    within = ("unshare", "--mount", "bash", "-c", script, str(own / "accounts.json"))
    done = run(creation(own, "next@example.com"), None, within)
    assert (done.returncode, done.stdout) == (71, "")
    assert done.stderr.endswith("accounts.json: cannot be written: Device or resource busy\n")
    assert (own / "accounts.json").read_bytes() == before
    assert not (own / "accounts.json.new").exists()
    words = ["token", "create", "--login", "own@example.com", "--permissions", "{}"]
    assert run(command_line(own, *words), None, within).returncode == 71


@pytest.mark.parametrize("words", READERS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("name", ["accounts.json", "config.json"])
def test_what_stands_in_a_file_is_wrong(own, words, name):
    (own / name).write_text('{"accounts": []}')
    assert run(command_line(own, *words)).returncode == 78


def test_one_thing_that_is_wrong_is_enough(own):
    """The next start would come to the same, whatever the system does then."""
    os.chown(own / "accounts.json", 0, 0)
    (own / "config.json").write_text("""{"LUNA_API_PLUGINS_SETTINGS": {"luna-streams":
        {"luna-streams-address": {"origin": "http://127.0.0.1:9"}, "account-isolation": 2}}}""")
    done = run(command_line(own, "check"))
    assert done.returncode == 78 and done.stderr.endswith("2 problems\n"), done.stderr
