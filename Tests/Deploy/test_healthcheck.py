"""The image's health check asks the proxy that runs, on whatever port and by TLS or not."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from certificates import Authority
from conftest import REPOSITORY
from proxy_process import ProxyProcess, settings
from wire import eventually

CHECK = REPOSITORY / "deploy/healthcheck"


def check(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(CHECK), *map(str, arguments)], capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_it_asks_as_the_proxy_was_started(accounts, tls, tmp_path):
    accounts.copy(tmp_path)
    changes = {}
    if tls:
        certificate = Authority(tmp_path).issue()
        changes["TLS"] = certificate.settings
    (tmp_path / "config.json").write_text(
        json.dumps(settings("http://127.0.0.1:9", http={"drain_delay": 20, "drain_timeout": 0}, **changes))
    )
    proxy = ProxyProcess(tmp_path)
    # The port that the system chose stands on no command line: one that is free takes its place.
    port = proxy.address[1]
    proxy.stop()
    proxy = ProxyProcess(tmp_path, port=port)
    try:
        done = check(proxy.process.pid)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        proxy.process.send_signal(signal.SIGTERM)
        eventually(lambda: check(proxy.process.pid).returncode != 0, what="503 while it ends")
        assert "503" in check(proxy.process.pid).stderr
    finally:
        proxy.process.kill()
        proxy.stop()


def test_without_a_proxy_it_fails(tmp_path: Path):
    done = check(0x7FFFFFF0)
    assert done.returncode == 1 and "no streams-proxy runs here" in done.stderr
