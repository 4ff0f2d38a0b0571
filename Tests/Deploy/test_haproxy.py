"""Two replicas behind a real HAProxy: one is killed, one drains, and who asks notices nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess

import pytest
from accounts import bearer
from balanced import CONFIGURATION, Balancer, Client
from origins import LoadOrigin
from proxy_process import ProxyProcess, settings
from wire import eventually

#: Longer than the two checks, 300 ms apart at most after the first, that take a replica out.
DRAIN_DELAY = 3
#: How many answers each client has before and after something happens.
ENOUGH = 40
IDEMPOTENT = ("GET", "HEAD", "GET", "DELETE")


@pytest.fixture(scope="module")
def program() -> str:
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if not found:
        pytest.skip("haproxy is not there (Debian package haproxy)")
    return found


@pytest.fixture
def origin():
    origin = LoadOrigin().start()
    yield origin
    origin.close()


@pytest.fixture
def replicas(accounts, origin, tmp_path):
    """Two proxies in front of one origin, as two machines would have them."""
    started = []
    for name in ("a", "b"):
        folder = tmp_path / name
        accounts.copy(folder)
        http = {"drain_delay": DRAIN_DELAY, "drain_timeout": 10}
        (folder / "config.json").write_text(json.dumps(settings(origin.url, http=http)))
        started.append(ProxyProcess(folder, origin, workers=1))
    yield started
    for proxy in started:
        if proxy in ProxyProcess.running:
            proxy.stop()


@pytest.fixture
def balancer(program, replicas, tmp_path):
    balancer = Balancer(program, [proxy.address for proxy in replicas], tmp_path / "haproxy.log")
    yield balancer
    balancer.stop()


@pytest.fixture
def load(balancer, accounts):
    """Gives a function that starts clients with these methods, and at the end stops those that still run."""
    clients: "list[Client]" = []

    def start(*methods: str) -> "list[Client]":
        credentials = bearer(accounts.root.tokens["all"])
        clients.extend(Client(balancer.address, credentials, methods) for _ in range(6))
        return clients

    yield start
    for client in clients:
        client.stop()


def wait_for_answers(clients: "list[Client]", what: str) -> None:
    """Until each client has some more answers, or one a failure, which the test then tells."""
    before = [client.answered for client in clients]
    eventually(
        lambda: all(client.answered >= count + ENOUGH for client, count in zip(clients, before))
        or any(client.failed for client in clients),
        30,
        what,
    )


def finish(clients: "list[Client]", balancer: Balancer) -> None:
    for client in clients:
        client.stop()
    assert [client.failed for client in clients] == [[]] * len(clients), balancer.text


def test_haproxy_accepts_the_configuration(program):
    done = subprocess.run([program, "-c", "-f", str(CONFIGURATION)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr


def test_one_is_killed_and_no_idempotent_request_fails(replicas, balancer, load):
    clients = load(*IDEMPOTENT)
    wait_for_answers(clients, "answers of both")
    replicas[0].process.send_signal(signal.SIGKILL)
    ProxyProcess.running.remove(replicas[0])
    replicas[0].process.wait(10)
    wait_for_answers(clients, "answers of the one that is left")
    eventually(lambda: "streams-proxies/a is DOWN" in balancer.text, 20, "HAProxy to take it out")
    wait_for_answers(clients, "answers after it was taken out")
    finish(clients, balancer)


def test_one_drains_and_no_request_fails(replicas, balancer, load):
    clients = load(*IDEMPOTENT, "POST", "POST")
    wait_for_answers(clients, "answers of both")
    replicas[0].process.send_signal(signal.SIGTERM)
    ProxyProcess.running.remove(replicas[0])
    eventually(lambda: "streams-proxies/a is DOWN" in balancer.text, 20, "HAProxy to take it out")
    assert replicas[0].process.wait(20) == 0
    wait_for_answers(clients, "answers after it ended")
    finish(clients, balancer)
