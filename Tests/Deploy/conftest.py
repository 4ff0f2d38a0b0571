"""Fixtures: an installation in a temporary folder, and the accounts and processes of the end-to-end tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests/EndToEnd"))

from accounts import Accounts, bearer  # noqa: E402
from proxy_process import EXECUTABLE, ProxyProcess, settings  # noqa: E402


def install(prefix: str, destination: "Path | str" = "", settings: str = "/etc") -> None:
    """`make install` of the executable under test, which must build nothing: there is no compiler in its PATH.

    It is the one of the other tests, which may need the toolchain that built it.
    """
    subprocess.run(
        ["make", "--no-print-directory", "-C", REPOSITORY, "install", f"INSTALLED={EXECUTABLE}"]
        + [f"DESTDIR={destination}", f"PREFIX={prefix}", f"SYSCONFDIR={settings}"],
        check=True,
        env={**os.environ, "PATH": "/usr/bin:/bin", "MAKEFLAGS": "", "FOR_THIS_MACHINE": "1"},
        timeout=60,
    )


@dataclass(frozen=True)
class Installation:
    """What an installation without DESTDIR consists of: the paths in its unit files are real."""

    prefix: Path
    settings: Path

    @property
    def executable(self) -> Path:
        return self.prefix / "bin/streams-proxy"

    @property
    def units(self) -> Path:
        return self.prefix / "lib/systemd/system"


@pytest.fixture(scope="session")
def executable() -> Path:
    """The executable under test; without it nothing here can run."""
    if not EXECUTABLE.exists():
        pytest.exit(f"{EXECUTABLE} is not there: build it, or name it in STREAMS_PROXY", returncode=2)
    return EXECUTABLE


@pytest.fixture(scope="session")
def installation(executable: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One installation that all tests look at."""
    folder = tmp_path_factory.mktemp("installed")
    install(str(folder / "usr"), settings=str(folder / "etc"))
    return Installation(folder / "usr", folder / "etc/streams-proxy")


@pytest.fixture(scope="session")
def accounts(executable: Path, tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    """The accounts file that every proxy gets a copy of."""
    return Accounts(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="session")
def watched(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[ProxyProcess]":
    """A proxy that tells what it counts, and has something to tell; Luna-Streams is not there."""
    folder = tmp_path_factory.mktemp("watched")
    accounts.copy(folder)
    (folder / "config.json").write_text(
        json.dumps(settings("http://127.0.0.1:9", LUNA_SERVICE_METRICS={"ENABLED": 1}))
    )
    proxy = ProxyProcess(folder)
    try:
        proxy.credentials = bearer(accounts.ann.tokens["all"])
        assert proxy.ask("GET", "/streams/count").status == 502
        assert proxy.ask("GET", "/streams/count", credentials=None).status == 401
        with proxy.connect() as connection:
            connection.send(b"malformed\r\n\r\n")
            assert connection.read_answer("GET").status == 400
        yield proxy
    finally:
        proxy.stop()
