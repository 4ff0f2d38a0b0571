"""The unit files, judged offline by systemd's own tools, and by the settings that they must fit."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import REPOSITORY

#: The most exposure, of 10, that systemd may find; what is left is that it speaks to the network.
EXPOSURE = 2.0
#: What a preview or call that outlives drain_timeout may still take.
CUT = 2


class Unit(dict):
    """The values of a unit file: (section, name) to all values in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        section = ""
        for line in path.read_text().splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#"):
                name, value = line.split("=", 1)
                self.setdefault((section, name), []).append(value)

    def one(self, section: str, name: str) -> str:
        (value,) = self[section, name]
        return value


@pytest.fixture(scope="module")
def service(installation) -> Unit:
    return Unit(installation.units / "streams-proxy.service")


@pytest.fixture(scope="module")
def analyze() -> str:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("systemd-analyze is not there (Debian package systemd)")
    return program


def run(*words: "str | Path") -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=30)


def test_systemd_understands_them(installation, analyze):
    done = run(
        *(analyze, "verify", "--man=no"),
        *(installation.units / name for name in ("streams-proxy.service", "streams-proxy.socket")),
    )
    said = [line for line in done.stderr.splitlines() if "streams-proxy" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_systemd_finds_little_exposed(installation, analyze):
    unit = installation.units / "streams-proxy.service"
    done = run(analyze, "security", "--offline=true", f"--threshold={EXPOSURE * 10:.0f}", unit)
    level = re.search(r"Overall exposure level for streams-proxy\.service: ([0-9.]+)", done.stdout)
    assert level, done.stdout + done.stderr
    assert done.returncode == 0 and float(level[1]) <= EXPOSURE, done.stdout


def test_it_has_longer_to_end_than_it_drains(installation, service):
    http = json.loads((installation.settings / "config.json").read_text())["LUNA_API_HTTP_SETTINGS"]
    assert int(service.one("Service", "TimeoutStopSec")) > http["drain_delay"] + http["drain_timeout"] + CUT


def test_what_the_proxy_and_the_manager_agree_on(service):
    assert service.one("Service", "Type") == "notify"
    assert int(service.one("Service", "WatchdogSec")) >= 10
    assert service["Service", "ExecReload"][-1].endswith("/kill -HUP $MAINPID")
    assert service.one("Unit", "Requires") == "streams-proxy.socket"
    # The accounts file must be changed by the user that the service runs as.
    (line,) = [
        line
        for line in (REPOSITORY / "deploy/systemd/streams-proxy.sysusers").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert line.split()[:2] == ["u", service.one("Service", "User")]


def test_the_accounts_file_is_in_the_state_directory(installation, service):
    accounts = json.loads((installation.settings / "config.json").read_text())["CONFIG_AUTHORIZATION_USERS"]
    assert Path(accounts).parent == Path("/var/lib") / service.one("Service", "StateDirectory")
    assert service.one("Service", "ProtectSystem") == "strict"


def test_the_commands_of_the_unit_work(installation, service):
    """The check of ExecReload, as it stands; it accepts what `make install` has put there and refuses what is broken."""
    words = service["Service", "ExecReload"][0].split()
    assert run(*words).returncode == 0
    settings = installation.settings / "config.json"
    good = settings.read_text()
    try:
        settings.write_text("{")
        assert run(*words).returncode == 78
    finally:
        settings.write_text(good)
