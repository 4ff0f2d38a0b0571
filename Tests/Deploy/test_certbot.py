"""certbot's deploy hook, with an install and a systemctl that only write down what they are asked for."""

from __future__ import annotations

import os
import subprocess

import pytest
from conftest import REPOSITORY

HOOK = REPOSITORY / "deploy/certbot/streams-proxy"


@pytest.fixture
def renewed(tmp_path):
    """A folder as certbot leaves it, with links into its archive, and commands of our own."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "live").mkdir()
    for name in ("fullchain", "privkey"):
        (tmp_path / f"archive/{name}2.pem").write_text(f"{name} 2\n")
        (tmp_path / f"live/{name}.pem").symlink_to(tmp_path / f"archive/{name}2.pem")
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (commands / "systemctl").chmod(0o755)
    return tmp_path


def run(folder, **environment: str) -> "subprocess.CompletedProcess[str]":
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    environment = {
        "PATH": f"{folder}/bin:{os.environ['PATH']}", "STREAMS_PROXY_TLS": str(folder / "tls"), "STREAMS_PROXY_USER": user,
        **environment,
    }  # fmt: skip
    return subprocess.run(["sh", str(HOOK)], capture_output=True, text=True, timeout=30, env=environment)


def test_what_was_renewed_is_taken_whole(renewed):
    for turn in ("first", "second"):
        (renewed / "archive/privkey2.pem").write_text(f"privkey {turn}\n")
        done = run(renewed, RENEWED_LINEAGE=str(renewed / "live"))
        assert (done.returncode, done.stderr) == (0, "")
        files = {path.name: path for path in (renewed / "tls").iterdir()}
        assert set(files) == {"fullchain.pem", "privkey.pem"}, "nothing is left half-way"
        assert files["privkey.pem"].read_text() == f"privkey {turn}\n"
        assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
        assert (renewed / "tls").stat().st_mode & 0o777 == 0o700
    assert (renewed / "asked").read_text() == "try-reload-or-restart streams-proxy.service\n" * 2


def test_without_a_certificate_nothing_changes(renewed):
    (renewed / "live/privkey.pem").unlink()
    assert run(renewed, RENEWED_LINEAGE=str(renewed / "live")).returncode != 0
    assert run(renewed).returncode != 0
    assert not (renewed / "asked").exists()
    assert not list(renewed.glob("tls/*.pem")), "no half of a pair"
