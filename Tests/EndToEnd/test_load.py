"""Load tools: ApacheBench and wrk, without a single failure."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from origins import LoadOrigin
from wire import eventually

#: Seconds that wrk runs; the suite's large form takes thirty.
DURATION = int(os.environ.get("WRK_SECONDS", "5"))


def require(tool: str) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match.group(1)) if match else 0


@pytest.mark.parametrize("options", [(), ("-k",)])
@pytest.mark.parametrize("credentials", ["bearer", "basic"])
def test_apache_bench(start_proxy, accounts, options, credentials):
    require("ab")
    proxy = start_proxy(LoadOrigin())
    sign_in = ("-A", f"{accounts.root.login}:{accounts.root.password}")
    if credentials == "bearer":
        sign_in = ("-H", ": ".join(proxy.credentials))
    done = subprocess.run(
        ["ab", "-q", "-n", "4000", "-c", "16", *options, *sign_in, f"{proxy.url}/streams/count"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert number(r"Complete requests:\s+(\d+)", done.stdout) == 4000
    assert number(r"Failed requests:\s+(\d+)", done.stdout) == 0
    assert number(r"Non-2xx responses:\s+(\d+)", done.stdout) == 0
    assert number(r"Keep-Alive requests:\s+(\d+)", done.stdout) == (4000 if options else 0)


def wrk(proxy, connections: int, seconds: int, *options: str) -> None:
    """Runs wrk; any error of any kind fails."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", ": ".join(proxy.credentials), *options]
        + [f"{proxy.url}/streams/count"],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    )
    assert done.returncode == 0, done.stderr
    assert "Socket errors" not in done.stdout, done.stdout
    assert "Non-2xx" not in done.stdout, done.stdout
    assert number(r"(\d+) requests in", done.stdout) > 100 * seconds, done.stdout


def test_wrk_with_32_connections(start_proxy):
    require("wrk")
    proxy = start_proxy(LoadOrigin())
    wrk(proxy, 32, DURATION)
    assert proxy.origin.count > 0


@pytest.mark.large
def test_wrk_for_half_a_minute(start_proxy):
    require("wrk")
    wrk(start_proxy(LoadOrigin()), 32, 30)


def test_wrk_that_closes_each_connection(start_proxy):
    require("wrk")
    wrk(start_proxy(LoadOrigin()), 8, 2, "-H", "Connection: close")


def test_load_leaves_no_descriptors(start_proxy):
    require("wrk")
    proxy = start_proxy(LoadOrigin())
    proxy.assert_survives()
    before = proxy.descriptors()
    wrk(proxy, 64, 2)
    # What is left are idle connections to the origin, at most one for each that was needed at once.
    eventually(lambda: proxy.descriptors() <= before + 64 + 16, 5, "the clients' descriptors to be given back")
