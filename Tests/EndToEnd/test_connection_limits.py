"""How many connections are served at once, on a worker and of one address; the others are told and let go."""

from __future__ import annotations

import contextlib
import resource

import pytest

from origins import EchoOrigin
from vocabulary import assert_error, route
from wire import eventually, request_bytes

LIMIT = 5
#: Half a request may wait for its other half as long as a test takes.
PATIENT = {"request_head_timeout": 60}


def begin(connection, proxy) -> None:
    """The first half of a request: who has something under way keeps its place."""
    connection.send(request_bytes("GET", route("/streams"), [proxy.credentials])[:40])


def serve(connection, proxy) -> None:
    """The other half, its answer, and the first half of the next, at once: it is never idle, not for a moment."""
    request = request_bytes("GET", route("/streams"), [proxy.credentials])
    connection.send(request[40:] + request[:40])
    assert connection.read_answer("GET").status == 200


def assert_refused(proxy, source: str = "") -> None:
    with proxy.connect(source=source) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        answer = connection.read_answer()
        assert_error(answer, 503, 1)
        assert answer.fields.one("Retry-After") == "1"
        connection.expect_end()


def is_served(proxy, source: str = "") -> bool:
    with proxy.connect(source=source) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        return connection.read_answer().status == 200


@contextlib.contextmanager
def crowd(proxy, count: int, source: str = ""):
    """So many connections that are all served, and busy. Afterwards they have gone, for the proxy too."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(proxy.connect(source=source)) for _ in range(count)]
        for connection in connections:
            begin(connection, proxy)
            serve(connection, proxy)
        yield connections
    eventually(lambda: is_served(proxy, source), 5, "room again")


def test_a_worker_serves_as_many_as_it_may(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={**PATIENT, "connections": LIMIT})
    with crowd(proxy, LIMIT) as connections:
        for _ in range(3):
            assert_refused(proxy)
        # Those inside are served as before.
        for connection in connections:
            serve(connection, proxy)
        connections[0].close()
        eventually(lambda: is_served(proxy), 5, "room for one")
    note = "too_many_connections: LIMITS.connections is reached"
    eventually(lambda: note in proxy.text, 5, "the operator to be told")
    assert proxy.text.count(note) == 1


def test_an_address_has_as_many_as_it_may_on_all_workers(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=2, LIMITS={**PATIENT, "connections_per_address": LIMIT})
    with crowd(proxy, LIMIT, "127.0.0.2") as connections:
        for _ in range(6):
            assert_refused(proxy, "127.0.0.2")
        # Another address is another client.
        for _ in range(6):
            assert is_served(proxy, "127.0.0.3")
        connections[0].close()
        eventually(lambda: is_served(proxy, "127.0.0.2"), 5, "room for one")


def test_0_leaves_addresses_uncounted(start_proxy):
    """As behind a load balancer, which is one address for all its clients."""
    proxy = start_proxy(EchoOrigin(), LIMITS={**PATIENT, "connections_per_address": 0})
    with crowd(proxy, 1100):
        assert is_served(proxy)


def test_other_addresses_are_served_beside_one_that_has_all_it_may(start_proxy):
    proxy = start_proxy(EchoOrigin(), LIMITS={**PATIENT, "connections_per_address": 1024})
    with crowd(proxy, 1024, "127.0.0.2"):
        assert_refused(proxy, "127.0.0.2")
        assert is_served(proxy, "127.0.0.3")


def test_a_reload_changes_the_limits(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={**PATIENT, "connections_per_address": 2})
    with crowd(proxy, 2):
        assert_refused(proxy)
        proxy.change_settings(LIMITS={**PATIENT, "connections_per_address": 0})
        proxy.reload()
        assert is_served(proxy)
        proxy.change_settings(LIMITS={**PATIENT, "connections_per_address": 2})
        proxy.reload()
        assert_refused(proxy)
        proxy.change_settings(LIMITS={**PATIENT, "connections": 2})
        proxy.reload()
        assert_refused(proxy)
        proxy.change_settings(LIMITS=PATIENT)
        proxy.reload()


def test_a_flood_of_refused_ones_stalls_nobody(start_proxy):
    """More than may be listened to at once, silent ones, while one inside is served; and all of them are let go."""
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={**PATIENT, "connections": 1})
    with proxy.connect() as inside:
        begin(inside, proxy)
        serve(inside, proxy)
        before = proxy.descriptors()
        flood = []
        for _ in range(600):
            with contextlib.suppress(ConnectionError):  # Those that are one too many even for that.
                flood.append(proxy.connect())
        try:
            for _ in range(20):
                serve(inside, proxy)
            assert proxy.descriptors() < before + 300
            eventually(lambda: proxy.descriptors() <= before, 10, "the refused ones to be let go")
            serve(inside, proxy)
        finally:
            for connection in flood:
                connection.close()
    eventually(lambda: is_served(proxy), 5, "room again")


@pytest.fixture
def low_soft_limit():
    """What this process may open, and so its children at first, is little, though they may ask for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_of_descriptors_is_raised(low_soft_limit, start_proxy):
    proxy = start_proxy(EchoOrigin())
    assert resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE) == (low_soft_limit, low_soft_limit)


def test_no_more_clients_than_descriptors_are_taken(start_proxy):
    """A hard limit that is too low for the setting: said at the start, and then a refusal like any other."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={"connections": (1 << 20) - 1, "connections_per_address": 0})
    proxy.await_text(f"the process has descriptors for {(hard - 72) * 3 // 4} on each worker")
