"""Each limit of `LIMITS` on a message's size: exactly at it passes, one more is refused with the status of the table."""

from __future__ import annotations

import pytest

from origins import CannedOrigin, EchoOrigin
from vocabulary import assert_error, route
from wire import request_bytes

LINE, HEAD, FIELDS = 1500, 3000, 20


@pytest.fixture(scope="module")
def small(start_module_proxy):
    """A proxy with small limits."""
    limits = {"request_line": LINE, "request_head": HEAD, "request_fields": FIELDS}
    return start_module_proxy(EchoOrigin(), LIMITS=limits)


@pytest.fixture(scope="module")
def standard(start_module_proxy):
    """A proxy with the limits as they come."""
    return start_module_proxy(EchoOrigin())


def line_of(length: int) -> str:
    """A target that makes the request line so long."""
    return route("/streams?") + "x" * (length - len("GET  HTTP/1.1") - len(route("/streams?")))


def head_of(proxy, length: int) -> bytes:
    """A request whose head has that many bytes, the empty line included."""
    short = request_bytes("GET", route("/streams"), [proxy.credentials, ("X-A", "")])
    head = request_bytes("GET", route("/streams"), [proxy.credentials, ("X-A", "v" * (length - len(short)))])
    assert len(head) == length
    return head


def fields_of(proxy, count: int) -> bytes:
    """A request with that many field lines, Host and Authorization among them."""
    return request_bytes("GET", route("/streams"), [proxy.credentials, *[(f"X-{n}", "v") for n in range(count - 2)]])


def assert_served(proxy, request: bytes) -> None:
    with proxy.connect() as connection:
        connection.send(request)
        assert connection.read_answer("GET").status == 200
        # The connection goes on.
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert connection.read_answer().status == 200


def assert_refused(proxy, request: bytes, status: int) -> None:
    proxy.origin.forget()
    with proxy.connect() as connection:
        connection.send(request)
        assert_error(connection.read_answer("GET"), status, 12046)
        connection.expect_end()
    assert proxy.origin.requests == []


@pytest.mark.parametrize("name, limit", [("small", LINE), ("standard", 8192)])
def test_request_line(request, name, limit):
    proxy = request.getfixturevalue(name)
    assert_served(proxy, request_bytes("GET", line_of(limit), [proxy.credentials]))
    assert_refused(proxy, request_bytes("GET", line_of(limit + 1), [proxy.credentials]), 414)


@pytest.mark.parametrize("name, limit", [("small", HEAD), ("standard", 32768)])
def test_request_head(request, name, limit):
    proxy = request.getfixturevalue(name)
    assert_served(proxy, head_of(proxy, limit))
    assert_refused(proxy, head_of(proxy, limit + 1), 431)


@pytest.mark.parametrize("name, limit", [("small", FIELDS), ("standard", 100)])
def test_request_fields(request, name, limit):
    proxy = request.getfixturevalue(name)
    assert_served(proxy, fields_of(proxy, limit))
    assert_refused(proxy, fields_of(proxy, limit + 1), 431)


@pytest.mark.parametrize("size, status", [(LINE, 414), (HEAD, 431)])
def test_a_line_that_never_ends_is_refused_at_the_limit(small, size, status):
    """Byte by byte, without a line end: the byte behind the limit is the last that is waited for."""
    beginning = b"GET " + route("/streams").encode()
    if status == 431:
        beginning += b" HTTP/1.1\r\nHost: h\r\nX-A: "
    with small.connect() as connection:
        connection.send(beginning + b"x" * (size - len(beginning)))
        connection.send_slowly(b"x")
        assert_error(connection.read_answer("GET"), status, 12046)


def answer_of(length: int = 0, fields: int = 0) -> bytes:
    """An answer whose head has that many bytes, the empty line included, or that many field lines."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: 2"] + [b"X-%d: v" % n for n in range(fields - 1)]
    rest = b"\r\n\r\nok"
    if length:
        lines.append(b"X-A: ")
        lines[-1] += b"v" * (length - len(b"\r\n".join(lines)) - len(b"\r\n\r\n"))
    return b"\r\n".join(lines) + rest


@pytest.mark.parametrize(
    "limits, at, over",
    [
        ({}, answer_of(length=32768), answer_of(length=32769)),
        ({}, answer_of(fields=100), answer_of(fields=101)),
        ({"answer_head": 2000}, answer_of(length=2000), answer_of(length=2001)),
        ({"answer_fields": 10}, answer_of(fields=10), answer_of(fields=11)),
    ],
    ids=["head", "fields", "set head", "set fields"],
)
def test_answer_heads(start_proxy, limits, at, over):
    assert start_proxy(CannedOrigin(at), LIMITS=limits).ask("GET", "/streams").content == b"ok"
    assert_error(start_proxy(CannedOrigin(over), LIMITS=limits).ask("GET", "/streams"), 502, 4)
