"""Files with thousands of problems cost no more than their length, and show a hundred."""

from __future__ import annotations

import json
import resource
import subprocess
import uuid

import pytest

from proxy_process import EXECUTABLE, settings

TOLD = 100


def orphans(accounts: "dict", count: int) -> "dict":
    """An accounts file with tokens of an account that is not there."""
    model = accounts["tokens"][0]
    tokens = [{**model, "token_id": str(uuid.uuid4()), "account_id": str(uuid.uuid4())} for _ in range(count)]
    return {**accounts, "tokens": tokens}


def check(folder) -> "tuple[list[str], int, float]":
    """The lines on standard error, the exit status, and the processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [EXECUTABLE, "check", "--config", folder / "config.json"], capture_output=True, text=True, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stderr.splitlines(), done.returncode, after.ru_utime - before.ru_utime


def assert_told(lines: "list[str]", count: int) -> None:
    assert len(lines) == TOLD + 2
    assert lines[-2].endswith(f"and {count - TOLD} more problems")
    assert lines[-1] == f"{count} problems"


@pytest.fixture
def folder(accounts, tmp_path):
    accounts.copy(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:9")))
    return tmp_path


def test_tokens_of_an_account_that_was_deleted_by_hand(folder):
    file = folder / "accounts.json"
    good = json.loads(file.read_text())
    times = []
    for count in (1000, 16_000):
        file.write_text(json.dumps(orphans(good, count), indent=1))
        lines, status, seconds = check(folder)
        assert status == 78
        assert_told(lines, count)
        assert all("no account has this id" in line for line in lines[:TOLD])
        # In the order of the file, each where it stands.
        places = [int(line.split("accounts.json:")[1].split(":")[0]) for line in lines[:TOLD]]
        assert places == sorted(set(places))
        times.append(max(seconds, 0.02))
    # Sixteen times as many: the square of that would be 256.
    assert times[1] / times[0] < 80, times


@pytest.mark.parametrize(
    "many",
    [
        lambda count: {f"UNKNOWN_{index}": 1 for index in range(count)},
        lambda count: {"LUNA_API_ACTIVE_PLUGINS": ["luna-streams", *(f"absent{index}" for index in range(count))]},
        lambda count: {"TLS": {"tls_cert": "/absent", **{f"name_{index}": 1 for index in range(count)}}},
        lambda count: {"LUNA_API_HTTP_SETTINGS": {"cors": {"allowed_origins": ["?"] * count}}},
    ],
    ids=["names", "plugins", "names of a section", "values"],
)
def test_settings(folder, many):
    times = []
    for count in (1000, 16_000):
        value = settings("http://127.0.0.1:9")
        (folder / "config.json").write_text(json.dumps({**value, **many(count)}, indent=1))
        lines, status, seconds = check(folder)
        # Of the certificate, where one is named.
        others = sum("/absent: tls_" in line for line in lines)
        assert status == 78 and len(lines) == TOLD + 2 + others, lines[-3:]
        assert any(f"and {count - TOLD} more problems" in line for line in lines)
        times.append(max(seconds, 0.02))
    assert times[1] / times[0] < 80, times


def test_the_running_proxy_tells_a_hundred_as_well(start_proxy):
    from origins import EchoOrigin
    from wire import eventually

    proxy = start_proxy(EchoOrigin())
    file = proxy.folder / "accounts.json"
    good = file.read_text()
    draft = proxy.folder / "draft"
    draft.write_text(json.dumps(orphans(json.loads(good), 8000)))
    draft.rename(file)
    eventually(lambda: "and 7900 more problems" in proxy.told, 60, "the problems")
    assert proxy.told.count("no account has this id") == TOLD
    file.write_text(good)
