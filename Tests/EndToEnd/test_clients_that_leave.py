"""Clients that half-close, close or reset: the answer still comes, or the upstream connection is cut at once."""

from __future__ import annotations

import pytest

from origins import EchoOrigin, LiveOrigin, StallingOrigin
from origins.big import BigOrigin, blocks, checksum
from proxy_process import SPARE_DESCRIPTORS
from vocabulary import LIVE, route
from wire import chunked, eventually, request_bytes

#: Seconds in which the origin must see that its client's client has gone.
AT_ONCE = 1.0


def test_a_half_closed_client_gets_its_answer(proxy):
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        connection.half_close()
        assert connection.read_answer().status == 200
        connection.expect_end()


@pytest.mark.parametrize("size", [10, 30_000, 500_000])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_half_closed_client_gets_its_content_taken_and_its_answer(start_proxy, size, is_chunked):
    """The end of the stream comes while the content still waits for its turn: the origin is slow to take it."""
    proxy = start_proxy(BigOrigin(is_held=True))
    field = ("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(size))
    raw = request_bytes("POST", route("/streams"), [proxy.credentials, field])
    with proxy.connect() as connection:
        connection.send(raw + (chunked(b"x" * size) if is_chunked else b"x" * size))
        connection.half_close()
        proxy.origin.wait_for_requests(1, 2)
        proxy.origin.release()
        assert connection.read_answer("POST").json()["size"] == size
        connection.expect_end()


def test_a_half_closed_client_gets_all_pipelined_answers(proxy):
    with proxy.connect() as connection:
        for number in range(20):
            connection.ask("GET", route(f"/streams?n={number}"), [proxy.credentials])
        connection.half_close()
        targets = [connection.read_answer().json()["target"] for _ in range(20)]
        connection.expect_end()
    assert targets == [f"/1/streams?n={number}" for number in range(20)]


def test_a_half_closed_client_gets_a_long_answer(start_proxy):
    proxy = start_proxy(BigOrigin(16))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        connection.half_close()
        assert checksum(connection.content(connection.read_head()).pieces()) == checksum(blocks(16))


def test_a_half_closed_client_of_basic_waits_for_the_hash(proxy, accounts):
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [accounts.bob.basic])
        connection.half_close()
        assert connection.read_answer().status == 200


@pytest.mark.parametrize("cut", [0, 10, -2])
def test_a_client_that_leaves_within_its_head_is_forgotten(proxy, cut):
    head = request_bytes("GET", route("/streams"), [proxy.credentials])
    with proxy.connect() as connection:
        connection.send(head[:cut])
        connection.half_close()
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 4")
    assert proxy.origin.requests == []


@pytest.mark.parametrize("framing", [("Content-Length", "100"), ("Transfer-Encoding", "chunked")])
def test_content_that_breaks_off_never_looks_whole(proxy, framing):
    begun = b"5\r\nhello\r\n" if framing[1] == "chunked" else b"hello"
    with proxy.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials, framing]) + begun)
        connection.half_close()
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 4")
    assert proxy.origin.complete == []


@pytest.mark.parametrize("stage", ["answer", "head", "content", "chunk"])
def test_a_reset_cuts_the_upstream_connection_at_once(start_proxy, stage):
    proxy = start_proxy(StallingOrigin(stage))
    connection = proxy.connect()
    connection.ask("GET", route("/streams"), [proxy.credentials])
    proxy.origin.wait_for_requests(1)
    connection.reset()
    proxy.origin.wait_for_cut(0, AT_ONCE)


def test_a_reset_within_an_upload_cuts_the_upstream_connection(start_proxy):
    proxy = start_proxy(EchoOrigin())
    connection = proxy.connect()
    connection.send(
        request_bytes("POST", route("/streams"), [proxy.credentials, ("Content-Length", "1000000")]) + b"x" * 5000
    )
    proxy.origin.wait_for_requests(1)
    connection.reset()
    proxy.origin.wait_for_cut(0, AT_ONCE)
    assert proxy.origin.complete == []


@pytest.mark.parametrize("framing", ["close", "chunked"])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_closed_live_preview_is_cut_at_the_origin_within_a_second(start_proxy, framing, how):
    proxy = start_proxy(LiveOrigin(interval=0.05, framing=framing))
    connection = proxy.connect()
    connection.ask("GET", route(LIVE), [proxy.credentials])
    pieces = connection.content(connection.read_head()).pieces()
    for _ in range(5):
        assert next(pieces)
    getattr(connection, how)()
    proxy.origin.wait_for_cut(0, AT_ONCE)


def test_a_reset_of_a_silent_live_preview_is_seen(start_proxy):
    """No picture has to come for it."""
    proxy = start_proxy(LiveOrigin())
    connection = proxy.connect()
    connection.ask("GET", route(LIVE), [proxy.credentials])
    assert connection.read_head().status == 200
    connection.reset()
    proxy.origin.wait_for_cut(0, AT_ONCE)


def test_a_viewer_that_never_read_and_leaves(start_proxy):
    """Its output is full when it goes."""
    proxy = start_proxy(LiveOrigin(interval=0.001, size=200_000))
    connection = proxy.connect(receive_buffer=4096)
    connection.ask("GET", route(LIVE), [proxy.credentials])
    proxy.origin.wait_until(lambda: len(proxy.origin.viewers) == 1)
    assert connection.read_head().status == 200
    connection.reset()
    proxy.origin.wait_for_cut(0, AT_ONCE)


def test_a_client_that_leaves_does_not_spoil_the_next(start_proxy):
    """The connection of a broken-off exchange never serves another."""
    proxy = start_proxy(BigOrigin(32), workers=1)
    for _ in range(5):
        connection = proxy.connect()
        connection.ask("GET", route("/streams"), [proxy.credentials])
        connection.read_head()
        connection.reset()
        with proxy.connect() as other:
            other.ask("HEAD", route("/streams"), [proxy.credentials], b"")
            assert other.read_answer().status == 200


def test_no_descriptor_stays_behind(start_proxy):
    proxy = start_proxy(StallingOrigin("content"), workers=1)
    proxy.assert_survives()
    before = proxy.descriptors()
    connections = [proxy.connect() for _ in range(50)]
    for connection in connections:
        connection.ask("GET", route("/streams"), [proxy.credentials])
    for connection in connections:
        connection.read_head()
    for number, connection in enumerate(connections):
        if number % 2:
            connection.reset()
        else:
            connection.half_close()
            connection.reset()
    eventually(lambda: proxy.descriptors() <= before + SPARE_DESCRIPTORS, 5, "the descriptors to be given back")
