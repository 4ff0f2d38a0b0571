"""Requests that come too slowly end with 408, however they keep the connection busy (`LIMITS`, `request_timeout`)."""

from __future__ import annotations

import threading
import time

import pytest

from accounts import basic
from origins import EchoOrigin
from vocabulary import assert_error, route
from wire import request_bytes

#: A timeout of this length, in seconds, and how late it may be on a busy machine.
SHORT = 0.5
LATE = 3.0


def trickle(connection, data: bytes, pace: float = 0.01):
    """Sends `data` byte by byte in the background until it is sent or the connection has ended."""

    def send() -> None:
        for position in range(len(data)):
            try:
                connection.send(data[position : position + 1])
            except OSError:
                return
            time.sleep(pace)  # A pace, not a synchronisation.

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def assert_told_in_time(connection, begin: float, least: float = SHORT) -> None:
    """408, then the end; not before `least` seconds."""
    assert_error(connection.read_answer("GET"), 408, 12046)
    assert least * 0.9 <= time.monotonic() - begin < least + LATE
    connection.expect_end()


@pytest.mark.parametrize(
    "beginning", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n"], ids=len
)
@pytest.mark.parametrize("changes", [{"LIMITS": {"request_head_timeout": SHORT}}, {"http": {"request_timeout": SHORT}}])
def test_a_head_that_stops(start_proxy, beginning, changes):
    proxy = start_proxy(EchoOrigin(), **changes)
    with proxy.connect() as connection:
        begin = time.monotonic()
        connection.send(beginning)
        assert_told_in_time(connection, begin)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("line", [b"X-A: " + b"b" * 5000, b"X: y\r\n" * 90], ids=["one line", "many lines"])
def test_a_head_that_trickles(start_proxy, line):
    """Each byte comes soon after the one before, the whole never; also behind a request that was served."""
    proxy = start_proxy(EchoOrigin(), LIMITS={"request_head_timeout": SHORT})
    for is_used in (False, True):
        with proxy.connect() as connection:
            if is_used:
                connection.ask("GET", route("/streams"), [proxy.credentials])
                assert connection.read_answer().status == 200
            begin = time.monotonic()
            sender = trickle(connection, b"GET / HTTP/1.1\r\n" + line)
            assert_told_in_time(connection, begin)
        sender.join()


def test_a_pipelined_head_that_stops(start_proxy):
    """The next head has come in part together with a whole request."""
    proxy = start_proxy(EchoOrigin(), LIMITS={"request_head_timeout": SHORT})
    with proxy.connect() as connection:
        begin = time.monotonic()
        connection.send(request_bytes("GET", route("/streams"), [proxy.credentials]) + b"GET / HT")
        assert connection.read_answer("GET").status == 200
        assert_told_in_time(connection, begin)


def test_a_connection_that_says_nothing(start_proxy):
    proxy = start_proxy(EchoOrigin(), LIMITS={"first_byte_timeout": SHORT})
    with proxy.connect() as silent, proxy.connect() as quick:
        begin = time.monotonic()
        quick.ask("GET", route("/streams"), [proxy.credentials])
        assert quick.read_answer().status == 200
        silent.expect_end()
        assert SHORT * 0.9 <= time.monotonic() - begin < SHORT + LATE
        # Having spoken in time, the other is idle, for which it has longer.
        quick.ask("GET", route("/streams"), [proxy.credentials])
        assert quick.read_answer().status == 200


#: At least 1000 bytes a second, judged every half second after 0.2 s.
RATE = {"content_rate": 1000, "content_rate_window": 0.5, "content_rate_grace": 0.2}


@pytest.mark.parametrize("framing", [("Content-Length", "5000"), ("Transfer-Encoding", "chunked")])
@pytest.mark.parametrize("isolation", [0, 1], ids=["streamed", "gathered"])
def test_content_that_trickles(start_proxy, framing, isolation):
    """Never silent, and never enough."""
    proxy = start_proxy(EchoOrigin(), LIMITS=RATE, isolation=isolation)
    with proxy.connect() as connection:
        begin = time.monotonic()
        fields = [proxy.credentials, framing, ("Content-Type", "application/json")]
        content = b"x" * 4000 if framing[0] == "Content-Length" else b"1\r\nx\r\n" * 700
        connection.send(request_bytes("POST", route("/streams"), fields))
        sender = trickle(connection, content)
        assert_told_in_time(connection, begin, 0.7)
    sender.join()
    assert proxy.origin.complete == []


def test_content_for_the_tokens_that_trickles(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), LIMITS=RATE)
    with proxy.connect() as connection:
        begin = time.monotonic()
        fields = [basic(accounts.root.login, accounts.root.password), ("Content-Length", "5000")]
        connection.send(request_bytes("POST", "/6/tokens", [*fields, ("Content-Type", "application/json")]))
        sender = trickle(connection, b"x" * 4000)
        assert_told_in_time(connection, begin, 0.7)
    sender.join()


def test_content_that_was_quick_and_then_trickles(start_proxy):
    """What a window brought more than it had to is not saved up."""
    proxy = start_proxy(EchoOrigin(), LIMITS=RATE)
    with proxy.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials, ("Content-Length", "10000000")]))
        connection.send(b"x" * 5_000_000)
        sender = trickle(connection, b"x" * 4000)
        assert_error(connection.read_answer("POST"), 408, 12046)
    sender.join()


def test_content_at_the_least_rate_passes(start_proxy):
    """Slow, but for some windows fast enough."""
    limits = {"content_rate": 20, "content_rate_window": 1, "content_rate_grace": 0}
    proxy = start_proxy(EchoOrigin(), LIMITS=limits)
    with proxy.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials, ("Content-Length", "300")]))
        trickle(connection, b"x" * 300).join()
        assert connection.read_answer("POST").json()["size"] == 300


def test_without_a_least_rate_a_trickle_is_served(start_proxy):
    proxy = start_proxy(EchoOrigin(), LIMITS={**RATE, "content_rate": 0})
    with proxy.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials, ("Content-Length", "150")]))
        trickle(connection, b"x" * 150).join()
        assert connection.read_answer("POST").status == 200


def test_content_that_stops(start_proxy):
    proxy = start_proxy(EchoOrigin(), http={"request_timeout": SHORT})
    with proxy.connect() as connection:
        begin = time.monotonic()
        fields = [proxy.credentials, ("Content-Length", "100")]
        connection.send(request_bytes("POST", route("/streams"), fields) + b"a beginning")
        assert_told_in_time(connection, begin)
    assert proxy.origin.complete == []
