"""The lock of the accounts file belongs to whom the file belongs, also where root has changed it first."""

from __future__ import annotations

import os
import subprocess

from another_user import PASSWORD, USER, creation, folder, run  # noqa: F401  (a fixture)


def create(folder, login: str, user: "int | None" = None) -> "subprocess.CompletedProcess[str]":  # noqa: F811
    return run(creation(folder, login), user)


def test_root_leaves_it_to_the_owner(folder):  # noqa: F811
    assert create(folder, "own@example.com", USER).returncode == 0
    (folder / "accounts.json.lock").unlink()
    assert create(folder, "root@example.com").returncode == 0
    for name in ("accounts.json", "accounts.json.lock"):
        status = (folder / name).stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (USER, USER, 0o600), name
    done = create(folder, "next@example.com", USER)
    assert done.returncode == 0, done.stderr


def test_a_lock_that_root_left_earlier_is_replaced(folder):  # noqa: F811
    assert create(folder, "own@example.com", USER).returncode == 0
    lock = folder / "accounts.json.lock"
    os.chown(lock, 0, 0)
    # Several at once, and nothing is lost.
    started = [
        subprocess.Popen(
            creation(folder, f"{index}@example.com"),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            user=USER, group=USER, extra_groups=[],
        )
        for index in range(6)
    ]  # fmt: skip
    for process in started:
        _, told = process.communicate(PASSWORD, timeout=60)
        assert process.returncode == 0, told
    assert lock.stat().st_uid == USER
    text = (folder / "accounts.json").read_text()
    assert all(f"{index}@example.com" in text for index in range(6))


def test_a_lock_in_a_folder_of_others_is_left_alone(folder):  # noqa: F811
    assert create(folder, "own@example.com", USER).returncode == 0
    os.chown(folder / "accounts.json.lock", 0, 0)
    os.chown(folder, 0, 0)
    folder.chmod(0o755)
    done = create(folder, "next@example.com", USER)
    assert done.returncode == 71 and "accounts.json.lock cannot be had: Permission denied" in done.stderr
    assert (folder / "accounts.json.lock").stat().st_uid == 0
