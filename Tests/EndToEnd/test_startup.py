"""What the proxy says when it starts: one block for people on standard error, one line for programs on standard output."""

from __future__ import annotations

import json
import subprocess

import pytest

from origins import EchoOrigin
from proxy_process import EXECUTABLE, run_command, settings


def test_the_block_is_what_check_prints(start_proxy):
    proxy = start_proxy(EchoOrigin(), account_header=1)
    checked = run_command("check", "--config", proxy.folder / "config.json", "--workers", "2").stdout
    block = checked.partition("Routes\n")[2]
    proxy.await_text(block)
    proxy.await_text(f"Listens on\n  http://127.0.0.1:{proxy.address[1]}, 2 workers\n")
    proxy.await_text("Warnings\n  ALLOW_LUNA_ACCOUNT_AUTH_HEADER is on")


def test_standard_output_has_one_line(tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings("http://127.0.0.1:9")))
    process = subprocess.Popen(
        [str(EXECUTABLE), "run", "--config", str(config), "--port", "0", "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    process.terminate()
    rest, said = process.communicate(timeout=10)
    assert line.startswith("listening on http://127.0.0.1:") and rest == ""
    assert process.returncode == 0
    assert "not there, so nobody can pass yet" in said


@pytest.mark.parametrize("host, warned", [("0.0.0.0", True), ("127.0.0.2", False)])
def test_an_open_address_without_tls_is_warned_of(tmp_path, host, warned):
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings("http://127.0.0.1:9")))
    process = subprocess.Popen(
        [str(EXECUTABLE), "run", "--config", str(config), "--host", host, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.terminate()
    _, said = process.communicate(timeout=10)
    assert (f"http://{host}:" in said.partition("Warnings")[2]) == warned
