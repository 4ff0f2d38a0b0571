"""deploy/logrotate: the real program renames the log under load, and no line is lost."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import threading

import pytest
from conftest import REPOSITORY
from proxy_process import ProxyProcess, settings
from wire import eventually

SNIPPET = REPOSITORY / "deploy/logrotate/streams-proxy"
FOLDER = "/var/log/streams-proxy"
ROUNDS = 6


@pytest.fixture
def proxy(accounts, tmp_path):
    """One that writes its log into the folder `logs`, before nobody."""
    (tmp_path / "logs").mkdir()
    accounts.copy(tmp_path)
    logger = {"LOG_TO_FILE": 1, "LOG_TO_STDOUT": 0, "FOLDER_WITH_LOGS": str(tmp_path / "logs")}
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:9", LUNA_API_LOGGER=logger)))
    proxy = ProxyProcess(tmp_path)
    yield proxy
    proxy.stop()


class Caller(threading.Thread):
    """Asks again and again, and notes the id of each answer."""

    def __init__(self, proxy: ProxyProcess) -> None:
        super().__init__(daemon=True)
        self._proxy = proxy
        self.ids: "list[str]" = []
        self.over = threading.Event()

    def run(self) -> None:
        with self._proxy.connect() as connection:
            while not self.over.is_set():
                connection.ask("GET", "/healthcheck")
                self.ids.append(str(connection.read_answer().fields.one("Luna-Request-Id")))


def rotate(folder, proxy: ProxyProcess, words) -> None:
    """One forced turn of the snippet as it stands, but for the folder and the user; `systemctl` reaches our process."""
    program = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert program, "logrotate is not installed: scripts/install-dependencies test"
    text = SNIPPET.read_text()
    assert FOLDER in text and "su streams-proxy streams-proxy" in text
    configuration = folder / "logrotate.conf"
    configuration.write_text(
        text.replace(f"{FOLDER}/*.log", str(folder / "logs/*.log")).replace("su streams-proxy streams-proxy", "")
    )
    configuration.chmod(0o644)
    stand_in = folder / "bin/systemctl"
    if not stand_in.exists():
        stand_in.parent.mkdir()
        stand_in.write_text(f'#!/bin/sh\necho "$@" >>{words}\nkill -USR1 {proxy.process.pid}\n')
        stand_in.chmod(0o755)
    done = subprocess.run(
        [program, "--force", "--state", folder / "state", configuration],
        env={**os.environ, "PATH": f"{stand_in.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


def test_no_line_is_lost(proxy, tmp_path):
    logs, words = tmp_path / "logs", tmp_path / "words"
    callers = [Caller(proxy) for _ in range(2)]
    for caller in callers:
        caller.start()
    try:
        for turn in range(1, ROUNDS + 1):
            asked = [len(caller.ids) for caller in callers]
            eventually(lambda: all(len(c.ids) > n + 50 for c, n in zip(callers, asked)), what="requests in between")
            # The file is there again, with lines in it, before it is renamed once more.
            eventually(lambda: (logs / "streams-proxy.log").exists() and (logs / "streams-proxy.log").stat().st_size > 0)
            rotate(tmp_path, proxy, words)
            assert (logs / "streams-proxy.log.1").exists()
    finally:
        for caller in callers:
            caller.over.set()
            caller.join(20)
    assert proxy.stop() == 0
    assert words.read_text().splitlines() == [
        "kill --signal=SIGUSR1 --kill-who=main streams-proxy.service"
    ] * ROUNDS
    files = sorted(logs.iterdir())
    assert len(files) == ROUNDS + 1 and sum(file.suffix == ".gz" for file in files) == ROUNDS - 1
    lines = []
    for file in files:
        text = gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text()
        assert text.endswith("\n")
        lines += [json.loads(line) for line in text.splitlines()]
    told = sorted(line["request_id"] for line in lines if line["event"] == "request")
    assert told == sorted(one for caller in callers for one in caller.ids)


def test_logrotate_has_nothing_to_say_about_it(tmp_path):
    """As it is installed: it is read before any log is there."""
    program = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert program
    copy = tmp_path / "streams-proxy"
    user, group = (subprocess.run(["id", f"-{flag}n"], capture_output=True, text=True).stdout.strip() for flag in "ug")
    copy.write_text(SNIPPET.read_text().replace("su streams-proxy streams-proxy", f"su {user} {group}"))
    copy.chmod(0o644)
    done = subprocess.run([program, "--debug", copy], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "error" not in done.stderr, done.stderr


def test_the_unit_lets_it_write_there(installation):
    unit = (installation.units / "streams-proxy.service").read_text()
    assert f"LogsDirectory={FOLDER.removeprefix('/var/log/')}\n" in unit
    snippet = installation.settings.parent / "logrotate.d/streams-proxy"
    assert snippet.read_text() == SNIPPET.read_text()
    # The user is the one that owns the folder.
    (user,) = [line.split("=")[1] for line in unit.splitlines() if line.startswith("User=")]
    assert f"su {user} {user}" in SNIPPET.read_text()
