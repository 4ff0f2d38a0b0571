"""Each malformed head gets the status of the table, its connection ends, and nothing goes upstream (section 5)."""

from __future__ import annotations

import random

import pytest

from malformed import DEFECTS, FRAMING, HOSTS, LINES, REQUEST_LINES, Defect
from vocabulary import assert_error, route
from wire import request_bytes

#: Some of each kind, also sent a byte at a time.
SAMPLE = FRAMING[::6] + LINES[::5] + REQUEST_LINES[::6] + HOSTS[::6]
#: Refusals that need not end the connection: the request was readable, only not wanted.
READABLE = (404, 405)


def raw(defect: Defect, proxy) -> bytes:
    """The bytes on the wire."""
    field = ": ".join(proxy.credentials).encode() + b"\r\n"
    return defect.raw.replace(b"%ROUTE%", route("/streams").encode()).replace(b"%CREDENTIALS%", field)


def identify(defect: Defect) -> str:
    return defect.name.encode("ascii", "replace").decode()


def assert_refused(connection, defect: Defect) -> None:
    """A refusal, and the end of the connection."""
    answer = connection.read_answer("GET")
    assert answer.status in defect.statuses, f"{answer.status} for {defect.name}: {answer.content[:200]!r}"
    assert_error(answer, answer.status, {404: 12013, 405: 12021}.get(answer.status, 12046))
    if answer.status not in READABLE:
        connection.expect_end()


@pytest.mark.parametrize("defect", DEFECTS, ids=identify)
def test_refused_at_once(proxy, defect):
    with proxy.connect() as connection:
        connection.send(raw(defect, proxy))
        assert_refused(connection, defect)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("defect", SAMPLE, ids=identify)
def test_refused_when_it_comes_byte_by_byte(proxy, defect):
    with proxy.connect() as connection:
        connection.send_slowly(raw(defect, proxy))
        assert_refused(connection, defect)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("defect", SAMPLE, ids=identify)
def test_a_good_request_before_it_is_still_answered(proxy, defect):
    with proxy.connect() as connection:
        connection.send(request_bytes("GET", route("/streams?good"), [proxy.credentials]) + raw(defect, proxy))
        assert connection.read_answer("GET").json()["target"] == "/1/streams?good"
        assert_refused(connection, defect)
    assert [request.target for request in proxy.origin.requests] == ["/1/streams?good"]


@pytest.mark.parametrize("defect", SAMPLE, ids=identify)
def test_what_follows_it_is_never_read(proxy, defect):
    with proxy.connect() as connection:
        connection.send(raw(defect, proxy) + request_bytes("GET", route("/streams?hidden"), [proxy.credentials]))
        assert connection.read_answer("GET").status in defect.statuses
        rest = connection.stream.read_to_end()
    assert b"HTTP/1.1 200" not in rest
    assert proxy.origin.requests == []


@pytest.mark.parametrize("defect", SAMPLE, ids=identify)
def test_refused_without_credentials_too(proxy, defect):
    """The wire comes first: what can't be read isn't judged."""
    with proxy.connect() as connection:
        connection.send(raw(defect, proxy).replace(b"Authorization: Bearer ", b"X-None: "))
        assert connection.read_answer("GET").status in (*defect.statuses, 401)


@pytest.mark.parametrize("status", [400, 501, 505])
def test_the_table_of_statuses(proxy, status):
    """One clear case for each status of the error table."""
    head = {
        400: b"GET %ROUTE% HTTP/1.1\r\n\r\n",
        501: b"POST %ROUTE% HTTP/1.1\r\nHost: h\r\n%CREDENTIALS%Transfer-Encoding: gzip, chunked\r\n\r\n",
        505: b"GET %ROUTE% HTTP/2.0\r\nHost: h\r\n\r\n",
    }[status]
    with proxy.connect() as connection:
        connection.send(raw(Defect("", head), proxy))
        assert_error(connection.read_answer("GET"), status, 12046)
        connection.expect_end()


def test_noise(proxy):
    """Random bytes never bring it down and never reach the upstream."""
    chance = random.Random(20260101)
    for _ in range(200):
        size = chance.choice([1, 10, 100, 1000, 40_000])
        with proxy.connect() as connection:
            try:
                connection.send(bytes(chance.randrange(256) for _ in range(size)) + b"\r\n\r\n")
                connection.half_close()
                rest = connection.stream.read_to_end()
            except ConnectionError:
                continue
        assert rest == b"" or rest.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert proxy.origin.requests == []


def test_a_good_request_with_one_byte_changed(proxy):
    """Whatever a single odd byte does, the upstream sees the request whole and right, or not at all."""
    good = request_bytes("GET", route("/streams?x=y"), [proxy.credentials, ("X-A", "b")])
    interesting = b"\x00\x01\t\n\r :/#\\%\x7f\x80\xff"
    for position in range(0, len(good), 3):
        changed = bytearray(good)
        changed[position] = interesting[position % len(interesting)]
        with proxy.connect() as connection:
            connection.send(bytes(changed))
            connection.half_close()
            rest = connection.stream.read_to_end()
        assert rest == b"" or rest.startswith(b"HTTP/1.1 "), (position, rest[:100])
    for request in proxy.origin.requests:
        assert request.target.startswith("/1/streams?") and request.method == "GET"
