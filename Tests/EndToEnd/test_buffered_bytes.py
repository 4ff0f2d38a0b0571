"""What waits for slow peers has a bound on each worker: above it no further exchange begins, until some has gone."""

from __future__ import annotations

import time

import pytest

from origins import BigOrigin, EchoOrigin
from vocabulary import assert_error, route
from wire import eventually, request_bytes

BOUND = 1 << 20


@pytest.fixture
def bounded(start_proxy):
    """A proxy of one worker that keeps little, and keeps accounts apart: it gathers content of creations."""
    return start_proxy(EchoOrigin(), workers=1, isolation=1, LIMITS={"buffered_bytes": BOUND})


def hold(proxy, size: int):
    """A creation of which so many bytes of content have been sent, and one is still owed."""
    connection = proxy.connect()
    fields = [proxy.credentials, ("Content-Type", "application/json"), ("Content-Length", str(size + 1))]
    connection.send(request_bytes("POST", route("/streams"), fields) + b" " * size)
    return connection


def is_served(proxy) -> bool:
    answer = proxy.ask("GET", "/streams/count")
    if answer.status == 200:
        return True
    assert_error(answer, 503, 1)
    assert answer.fields.one("Retry-After") == "1"
    return False


def test_at_the_bound_all_is_served_and_above_it_nothing_new(bounded):
    held = [hold(bounded, BOUND // 2), hold(bounded, BOUND // 2 - 1), hold(bounded, 1)]
    over = hold(bounded, 1)
    try:
        # All four have been read when a call is refused; without the last, what is kept is exactly the bound.
        eventually(lambda: not is_served(bounded), 5, "the bound to be passed")
        over.close()
        eventually(lambda: is_served(bounded), 5, "room again")
        for _ in range(5):
            assert is_served(bounded)
        # What is the proxy's own is answered in any case.
        over = hold(bounded, 1)
        eventually(lambda: not is_served(bounded), 5, "the bound to be passed again")
        with bounded.connect() as connection:
            connection.ask("GET", "/healthcheck")
            assert connection.read_answer().status == 200
            connection.ask("OPTIONS", route("/streams"))
            assert connection.read_answer().status == 204
    finally:
        for connection in [*held, over]:
            connection.close()
    eventually(lambda: is_served(bounded), 5, "room again")
    note = "too_many_buffered_bytes: LIMITS.buffered_bytes is reached"
    eventually(lambda: bounded.text.count(note) == 1, 5, "the operator to be told")


def test_exchanges_that_have_begun_go_on(bounded):
    """Whoever was let in before is served to the end."""
    first = hold(bounded, 1000)
    held = [hold(bounded, BOUND // 2), hold(bounded, BOUND // 2)]
    try:
        eventually(lambda: not is_served(bounded), 5, "the bound to be passed")
        first.send(b"x")
        # Not JSON, and told so: the content was gathered and looked at.
        assert_error(first.read_answer("POST"), 400, 12022, 12027)
    finally:
        for connection in [first, *held]:
            connection.close()
    eventually(lambda: is_served(bounded), 5, "room again")


def test_answers_that_nobody_reads_count(start_proxy):
    proxy = start_proxy(BigOrigin(8), workers=1, LIMITS={"buffered_bytes": BOUND})
    readers = []
    try:
        end = time.monotonic() + 20
        refused = False
        while not refused and time.monotonic() < end and len(readers) < 200:
            connection = proxy.connect(receive_buffer=4096)
            readers.append(connection)
            connection.ask("GET", route("/streams"), [proxy.credentials])
            head = connection.read_head()
            refused = head.status == 503
        assert refused, "answers piled up"
    finally:
        for connection in readers:
            connection.close()
    eventually(lambda: proxy.ask("OPTIONS", "/streams").status == 204, 5)
