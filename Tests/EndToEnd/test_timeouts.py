"""The timeouts of `luna-streams-timeouts`, each with its code (sections 3 and 5)."""

from __future__ import annotations

import time

import pytest

from bytestream import Incomplete
from origins import BlackholeOrigin, EchoOrigin, LiveOrigin, StallingOrigin
from vocabulary import FRAME, LIVE, assert_error, route
from wire import request_bytes

#: A timeout of this length, in seconds, and how late it may be on a busy machine.
SHORT = 0.6
LATE = 2.0


def timed(proxy, path="/streams", method="GET", content=None):
    """An answer and the seconds it took."""
    begin = time.monotonic()
    answer = proxy.ask(method, path, content=content)
    return answer, time.monotonic() - begin


@pytest.mark.parametrize("path", ["/streams", LIVE, "/version"])
def test_connect_is_8(start_proxy, path):
    proxy = start_proxy(BlackholeOrigin(), timeouts={"connect": SHORT})
    answer, seconds = timed(proxy, path)
    assert_error(answer, 504, 8)
    assert SHORT * 0.9 <= seconds < SHORT + LATE


def test_sock_connect_is_7(start_proxy):
    proxy = start_proxy(BlackholeOrigin(), timeouts={"connect": 10, "sock_connect": SHORT})
    answer, seconds = timed(proxy)
    assert_error(answer, 504, 7)
    assert SHORT * 0.9 <= seconds < SHORT + LATE


def test_connect_before_sock_connect_is_8(start_proxy):
    proxy = start_proxy(BlackholeOrigin(), timeouts={"connect": SHORT, "sock_connect": 10})
    assert_error(timed(proxy)[0], 504, 8)


def test_request_covers_connecting_too(start_proxy):
    proxy = start_proxy(BlackholeOrigin(), timeouts={"request": SHORT, "connect": 10})
    answer, seconds = timed(proxy)
    assert_error(answer, 504, 9)
    assert seconds < SHORT + LATE


@pytest.mark.parametrize("stage", ["answer", "head", "interim"])
@pytest.mark.parametrize("path, method", [("/streams", "GET"), ("/streams", "POST"), (FRAME, "GET"), (LIVE, "GET")])
def test_request_is_9(start_proxy, stage, path, method):
    proxy = start_proxy(StallingOrigin(stage), timeouts={"request": SHORT})
    answer, seconds = timed(proxy, path, method, b"{}" if method == "POST" else None)
    assert_error(answer, 504, 9)
    assert SHORT * 0.9 <= seconds < SHORT + LATE
    proxy.origin.wait_for_cut(0, 1)
    assert len(proxy.origin.requests) == 1


@pytest.mark.parametrize("stage", ["answer", "head"])
@pytest.mark.parametrize("path", ["/streams", LIVE])
def test_silence_is_6(start_proxy, stage, path):
    proxy = start_proxy(StallingOrigin(stage), timeouts={"request": 20, "sock_read": SHORT})
    answer, seconds = timed(proxy, path)
    assert_error(answer, 504, 6)
    assert SHORT * 0.9 <= seconds < SHORT + LATE
    proxy.origin.wait_for_cut(0, 1)


@pytest.mark.parametrize("stage", ["content", "chunk"])
@pytest.mark.parametrize("timeouts", [{"request": SHORT}, {"request": 20, "sock_read": SHORT}])
def test_after_the_head_a_timeout_cuts_the_connection(start_proxy, stage, timeouts):
    proxy = start_proxy(StallingOrigin(stage), timeouts=timeouts)
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head = connection.read_head()
        assert head.status == 200
        with pytest.raises(Incomplete):
            connection.content(head).read()
    proxy.origin.wait_for_cut(0, 1)


def test_connections_go_on_after_a_timeout_that_was_told(start_proxy):
    proxy = start_proxy(StallingOrigin(), timeouts={"request": SHORT})
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            assert_error(connection.read_answer(), 504, 9)


@pytest.mark.parametrize("framing", ["close", "chunked"])
def test_a_live_preview_outlives_request(start_proxy, framing):
    proxy = start_proxy(LiveOrigin(interval=0.05, framing=framing, size=500), timeouts={"request": SHORT})
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head = connection.read_head()
        begin = time.monotonic()
        for piece in connection.content(head).pieces():
            if time.monotonic() - begin > 3 * SHORT:
                break
        else:
            raise AssertionError("the live preview ended")
    assert time.monotonic() - begin > 3 * SHORT


@pytest.mark.parametrize("framing", ["close", "chunked"])
def test_a_silent_live_preview_is_cut_by_sock_read(start_proxy, framing):
    proxy = start_proxy(LiveOrigin(framing=framing), timeouts={"request": 20, "sock_read": SHORT})
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        content = connection.content(connection.read_head())
        assert content.framing in ("chunked", "close")
        proxy.origin.wait_until(lambda: proxy.origin.viewers)
        sent = proxy.origin.send_part(b"the only picture")
        with pytest.raises(Incomplete):
            content.read()
        assert SHORT * 0.9 <= time.monotonic() - sent < SHORT + LATE
    proxy.origin.wait_for_cut(0, 1)


def test_pictures_now_and_then_keep_a_live_preview(start_proxy):
    """Each silence is shorter than sock_read, the sum isn't."""
    proxy = start_proxy(LiveOrigin(interval=SHORT / 2, size=100), timeouts={"sock_read": SHORT, "request": SHORT})
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        pieces = connection.content(connection.read_head()).pieces()
        for _ in range(8):
            assert next(pieces)


def test_a_slow_upload_is_not_an_upstream_that_is_silent(start_proxy):
    """`sock_read` watches the origin's silence; here the client is the slow one, within `request`."""
    proxy = start_proxy(EchoOrigin(), timeouts={"sock_read": SHORT, "request": 20})
    with proxy.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials, ("Content-Length", "4")]))
        for _ in range(4):
            time.sleep(SHORT / 2)
            connection.send(b"x")
        assert connection.read_answer("POST").status == 200


def test_fractions_of_seconds_count(start_proxy):
    proxy = start_proxy(StallingOrigin(), timeouts={"request": 0.25})
    answer, seconds = timed(proxy)
    assert_error(answer, 504, 9)
    assert 0.2 <= seconds < 0.25 + LATE


def test_one_stalled_exchange_does_not_stall_another(start_proxy):
    proxy = start_proxy(StallingOrigin(), workers=1)
    with proxy.connect() as stalled:
        stalled.ask("GET", route("/streams"), [proxy.credentials])
        proxy.origin.wait_for_requests(1)
        proxy.assert_survives()
