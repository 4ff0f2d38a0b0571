"""Thousands of connections: what an idle one costs, and that those to Luna-Streams serve again."""

from __future__ import annotations

import contextlib

from origins import AssemblingOrigin, EchoOrigin
from vocabulary import route
from wire import request_bytes

IDLE = 4000
#: Beyond what any fixed size of a pool would be.
BUSY = 700
#: Bytes of the proxy's memory for a connection that has asked once and is quiet: 366 here, tables that have just doubled
#: included; the next machine may need more.
COST = 480


@contextlib.contextmanager
def connections(proxy, count: int):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(proxy.connect()) for _ in range(count)]


def ask_all(clients, request: bytes) -> None:
    for client in clients:
        client.send(request)
    for client in clients:
        assert client.read_answer("GET").status == 200


def test_an_idle_connection_costs_less_than_half_a_kibibyte(many_descriptors, start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1)
    request = request_bytes("GET", "/version")
    with connections(proxy, IDLE // 4) as first:
        # What is allocated once, and the tables' first growth, is not a connection's.
        ask_all(first, request)
        before = proxy.resident()
        with connections(proxy, IDLE) as quiet:
            ask_all(quiet, request)
            cost = proxy.growth(before) / IDLE
    assert cost <= COST, f"{cost:.0f} bytes each"


def test_as_many_connections_to_luna_streams_are_kept_as_were_needed_at_once(many_descriptors, start_proxy):
    origin = AssemblingOrigin(BUSY)
    proxy = start_proxy(origin, workers=1)
    request = request_bytes("GET", route("/streams"), [proxy.credentials])
    with connections(proxy, BUSY) as clients:
        for _ in range(3):
            ask_all(clients, request)
    assert len(origin.requests) == 3 * BUSY
    assert len(origin.connections) == BUSY
