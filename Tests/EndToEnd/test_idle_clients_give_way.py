"""Where there is no room for another client, the one that has been idle longest is let go; who is at work never is."""

from __future__ import annotations

import contextlib
import resource
import signal

import pytest

from metrics import Metrics
from origins import EchoOrigin, LiveOrigin, StallingOrigin
from vocabulary import LIVE, assert_error, route
from wire import eventually, request_bytes

LIMIT = 5
LIMITS = {"connections": LIMIT}
ON = {"LUNA_SERVICE_METRICS": {"ENABLED": 1}}


def call(connection, proxy) -> int:
    """A request and its answer; afterwards the connection is idle."""
    connection.ask("GET", route("/streams"), [proxy.credentials])
    return connection.read_answer().status


@pytest.fixture(params=["http", "https"])
def full(request, start_proxy, certificate):
    """A proxy of one worker, all of its places taken by clients that were served one after the other and are idle."""
    tls = {"TLS": certificate.settings} if request.param == "https" else {}
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS=LIMITS, **ON, **tls)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(proxy.connect()) for _ in range(LIMIT)]
        for client in clients:
            assert call(client, proxy) == 200
        yield proxy, clients


def test_the_one_that_was_idle_longest_goes(full):
    proxy, clients = full
    # The first is no longer the one that has been idle longest.
    assert call(clients[0], proxy) == 200
    with contextlib.ExitStack() as stack:
        for gone in (1, 2, 3):
            assert call(stack.enter_context(proxy.connect()), proxy) == 200
            clients[gone].expect_end()
        # Those that were idle for a shorter time are served on.
        assert call(clients[4], proxy) == 200 and call(clients[0], proxy) == 200


def test_it_is_counted_and_nobody_is_refused(full):
    proxy, _ = full
    for _ in range(3):
        with proxy.connect() as client:
            assert call(client, proxy) == 200
    found = Metrics(proxy)
    # A client that has gone by itself leaves its place to the next.
    assert 1 <= found.value("streams_proxy_idle_connections_closed_total") <= 4
    assert found.value("streams_proxy_overloads_total", limit="too_many_connections") == 0
    assert found.value("streams_proxy_open_connections") <= LIMIT


def test_who_never_said_a_word_gives_way(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS=LIMITS)
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(proxy.connect()) for _ in range(LIMIT)]
        for client in silent[:3]:
            assert call(stack.enter_context(proxy.connect()), proxy) == 200
            client.expect_end()


@pytest.mark.parametrize("work", ["half a head", "half a content", "an answer that is awaited", "a preview"])
def test_who_is_at_work_stays(start_proxy, work):
    origin = {"a preview": LiveOrigin, "an answer that is awaited": StallingOrigin}.get(work, EchoOrigin)()
    proxy = start_proxy(origin, workers=1, LIMITS={"connections": 2, "request_head_timeout": 60})
    with proxy.connect() as first, proxy.connect() as second:
        for client in (first, second):
            if work == "half a head":
                client.send(request_bytes("GET", route("/streams"), [proxy.credentials])[:40])
            elif work == "half a content":
                client.send(request_bytes("POST", route("/streams"), [proxy.credentials], b"12")[:-1])
            else:
                client.ask("GET", route(LIVE if work == "a preview" else "/streams"), [proxy.credentials])
        if work == "a preview":
            for client in (first, second):
                assert client.read_final_head()[0].status == 200
        for _ in range(3):
            with proxy.connect() as third:
                third.ask("GET", "/healthcheck")
                assert_error(third.read_answer(), 503, 1)
        if work == "half a head":
            for client in (first, second):
                client.send(request_bytes("GET", route("/streams"), [proxy.credentials])[40:])
                assert client.read_answer("GET").status == 200
        elif work == "half a content":
            for client in (first, second):
                client.send(b"2")
                assert client.read_answer("POST").status == 200
        first.reset()
        second.reset()


def test_who_has_just_asked_is_not_idle(start_proxy):
    """The proxy stands still meanwhile: it finds the newcomer first, and then the request of the client that was idle."""
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={"connections": 1})
    with proxy.connect() as idle:
        assert call(idle, proxy) == 200
        proxy.process.send_signal(signal.SIGSTOP)
        try:
            with proxy.connect() as newcomer:
                newcomer.ask("GET", route("/streams"), [proxy.credentials])
                idle.ask("GET", route("/streams"), [proxy.credentials])
                proxy.process.send_signal(signal.SIGCONT)
                assert idle.read_answer().status == 200
                assert_error(newcomer.read_answer(), 503, 1)
        finally:
            proxy.process.send_signal(signal.SIGCONT)


def test_a_client_whose_address_has_all_it_may_drives_nobody_out(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={"connections": 2, "connections_per_address": 1})
    with proxy.connect(source="127.0.0.2") as first, proxy.connect(source="127.0.0.3") as second:
        assert call(first, proxy) == call(second, proxy) == 200
        with proxy.connect(source="127.0.0.2") as third:
            third.ask("GET", "/healthcheck")
            assert_error(third.read_answer(), 503, 1)
        assert call(first, proxy) == call(second, proxy) == 200


def test_idle_clients_give_way_where_descriptors_run_out(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, **ON)
    assert proxy.ask("GET", "/streams").status == 200
    _, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (60, hard))
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            client = stack.enter_context(proxy.connect())
            client.ask("GET", "/healthcheck")
            assert client.read_answer().status == 200
        assert proxy.descriptors() <= 60
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (hard, hard))
    found = Metrics(proxy)
    assert found.value("streams_proxy_idle_connections_closed_total") > 40
    assert found.value("streams_proxy_overloads_total", limit="no_descriptors_left") == 0


def test_a_newcomer_is_not_the_next_to_go(start_proxy):
    """Though it has not said anything yet: those that have been idle for longer go first."""
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS=LIMITS)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(proxy.connect()) for _ in range(LIMIT)]
        for client in clients:
            assert call(client, proxy) == 200
        newcomers = [stack.enter_context(proxy.connect()) for _ in range(LIMIT)]
        for client in newcomers:
            assert call(client, proxy) == 200
        for client in clients:
            client.expect_end()


def test_a_flood_of_silent_clients_does_not_keep_honest_ones_out(start_proxy):
    """More of them than there is room for, all the time."""
    proxy = start_proxy(EchoOrigin(), workers=2, LIMITS={"connections": 300})
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            for _ in range(50):
                stack.enter_context(proxy.connect())
            assert proxy.ask("GET", "/streams").status == 200
    eventually(lambda: proxy.ask("GET", "/streams").status == 200, what="an answer afterwards")
