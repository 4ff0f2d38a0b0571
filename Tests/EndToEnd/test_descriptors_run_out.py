"""No descriptors left: those who are served stay served, and afterwards everyone is again (section 7)."""

from __future__ import annotations

import resource
import time

import pytest

from origins import EchoOrigin
from vocabulary import route
from wire import eventually, request_bytes

LIMIT = 60


@pytest.fixture
def scarce(start_proxy):
    """A proxy that may have few descriptors, with a connection that has been served."""
    proxy = start_proxy(EchoOrigin(), workers=1)
    assert proxy.ask("GET", "/streams").status == 200
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
    return proxy


def cpu_seconds(proxy) -> float:
    """The processor time it has used, in seconds (clock ticks are hundredths on Linux)."""
    with open(f"/proc/{proxy.process.pid}/stat") as file:
        parts = file.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / 100


def test_accepting_goes_on_after_descriptors_ran_out(scarce):
    with scarce.connect() as served:
        served.ask("GET", route("/streams"), [scarce.credentials])
        assert served.read_answer().status == 200
        # Whoever has begun a request does not give way to the crowd, as an idle client would.
        request = request_bytes("GET", route("/streams"), [scarce.credentials])
        served.send(request[:-2])
        crowd = [scarce.connect() for _ in range(2 * LIMIT)]
        try:
            eventually(lambda: scarce.descriptors() >= LIMIT - 2, 5, "the descriptors to run out")
            served.send(request[-2:])
            assert served.read_answer("GET").status in (200, 502, 503)
        finally:
            for connection in crowd:
                connection.close()
    eventually(lambda: scarce.ask("GET", "/streams").status == 200, 5, "calls to be served again")


def test_it_does_not_spin_while_it_can_not_accept(scarce):
    crowd = [scarce.connect() for _ in range(2 * LIMIT)]
    try:
        eventually(lambda: scarce.descriptors() >= LIMIT - 2, 5, "the descriptors to run out")
        before = cpu_seconds(scarce)
        time.sleep(1)
        assert cpu_seconds(scarce) - before < 0.5
    finally:
        for connection in crowd:
            connection.close()


def test_no_descriptor_for_the_upstream_is_an_answer(scarce):
    """The last descriptors went to clients, so none is left to connect: that is told, nothing hangs."""
    clients = [scarce.connect() for _ in range(LIMIT)]
    try:
        eventually(lambda: scarce.descriptors() >= LIMIT - 2, 5, "the descriptors to run out")
        # The last to come: the first have given way to them, since they said nothing.
        for connection in clients[-3:]:
            connection.ask("POST", route("/streams"), [scarce.credentials], b"{}")
            assert connection.read_answer().status in (200, 500, 502, 503)
    finally:
        for connection in clients:
            connection.close()
