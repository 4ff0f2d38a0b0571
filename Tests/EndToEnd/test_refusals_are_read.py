"""Whoever is refused in the middle of an upload reads why: the answer comes whole and isn't lost to a reset.

RFC 9112, section 9.6: the proxy says its last, goes on listening for a while, and only then closes.
"""

from __future__ import annotations

import contextlib
import threading

import pytest

from accounts import bearer
from origins import EchoOrigin
from vocabulary import assert_error, route
from wire import eventually, request_bytes

#: Content that no socket buffer holds; the proxy reads none of it into memory.
UPLOAD = b"x" * (12 << 20)
BIG = ("Content-Length", str(len(UPLOAD)))


def refused_requests(proxy, accounts) -> "dict[str, tuple[bytes, int, tuple[int, ...]]]":
    """Name → head, status, codes."""
    streams = route("/streams")
    good = proxy.credentials
    viewer = bearer(accounts.ann.tokens["view"])
    return {
        "400": (request_bytes("POST", streams, [good, BIG, BIG]), 400, (12046,)),
        "401": (request_bytes("POST", streams, [BIG]), 401, (11065,)),
        "403": (request_bytes("POST", streams, [viewer, BIG]), 403, (11059,)),
        "404": (request_bytes("POST", route("/nowhere"), [good, BIG]), 404, (12013,)),
        "405": (request_bytes("PATCH", streams, [good, BIG]), 405, (12021,)),
        "413": (request_bytes("POST", streams, [good, ("Content-Length", str(2 << 30))]), 413, (12046,)),
        "414": (request_bytes("POST", streams + "?" + "x" * 9000, [good, BIG]), 414, (12046,)),
        "417": (request_bytes("POST", streams, [good, BIG, ("Expect", "200-maybe")]), 417, (12046,)),
        "431": (request_bytes("POST", streams, [good, BIG, ("X-A", "v" * 40_000)]), 431, (12046,)),
        "501": (request_bytes("POST", streams, [good, ("Transfer-Encoding", "gzip")]), 501, (12046,)),
        "505": (request_bytes("POST", streams, [good, BIG], version="HTTP/1.2"), 505, (12046,)),
        "chunked 401": (
            request_bytes("POST", streams, [("Transfer-Encoding", "chunked")]) + b"%x\r\n" % len(UPLOAD),
            401,
            (11065,),
        ),
        "gathered 413": (
            request_bytes("POST", "/6/tokens", [accounts.ann.basic, BIG, ("Content-Type", "application/json")]),
            413,
            (12046,),
        ),
    }


NAMES = "400 401 403 404 405 413 414 417 431 501 505".split() + ["chunked 401", "gathered 413"]


@pytest.fixture(scope="module")
def echo(start_module_proxy):
    return start_module_proxy(EchoOrigin())


def upload(connection) -> None:
    with contextlib.suppress(OSError):
        connection.send(UPLOAD)


def assert_told(connection, status: int, codes: "tuple[int, ...]") -> None:
    assert_error(connection.read_answer("POST"), status, *codes)
    connection.expect_end()


@pytest.mark.parametrize("name", NAMES)
def test_read_while_the_upload_goes_on(echo, accounts, name):
    head, status, codes = refused_requests(echo, accounts)[name]
    with echo.connect() as connection:
        connection.send(head)
        sender = threading.Thread(target=upload, args=(connection,), daemon=True)
        sender.start()
        assert_told(connection, status, codes)
    sender.join(10)
    assert not sender.is_alive()


@pytest.mark.parametrize("name", NAMES)
def test_read_after_the_upload(echo, accounts, name):
    """A client that looks for an answer only when it has sent all."""
    head, status, codes = refused_requests(echo, accounts)[name]
    with echo.connect() as connection:
        connection.send(head + UPLOAD)
        assert_told(connection, status, codes)


@contextlib.contextmanager
def overloaded(start_proxy, kind: str):
    """A proxy that has no room for the next client."""
    limits = {"connections": 1} if kind == "connections" else {"connections_per_address": 1}
    proxy = start_proxy(EchoOrigin(), workers=1, isolation=1, LIMITS={"request_head_timeout": 60, **limits})
    with contextlib.ExitStack() as stack:
        held = stack.enter_context(proxy.connect())
        # With the beginning of another request: who is idle gives way.
        held.send(request_bytes("GET", route("/streams/count"), [proxy.credentials]) + b"GET /")
        assert held.read_answer("GET").status == 200
        yield proxy
    eventually(lambda: proxy.ask("GET", "/streams/count").status == 200, 5, "room again")


@pytest.mark.parametrize("kind", ["connections", "address"])
def test_an_overload_is_read_too(start_proxy, kind):
    with overloaded(start_proxy, kind) as proxy:
        # Content that would stream, not be gathered.
        for is_sent_first in (False, True):
            with proxy.connect() as connection:
                connection.send(request_bytes("GET", route("/streams/count"), [proxy.credentials, BIG]))
                sender = threading.Thread(target=upload, args=(connection,), daemon=True)
                sender.start()
                if is_sent_first:
                    sender.join(10)
                assert_told(connection, 503, (1,))
            sender.join(10)


def test_a_client_that_sends_for_ever_is_let_go(echo, accounts):
    """Listening on has an end: then the connection is closed under whoever does not stop."""
    before = echo.descriptors()
    with echo.connect() as connection:
        head, _, _ = refused_requests(echo, accounts)["401"]
        connection.send(head)
        assert connection.read_answer("POST").status == 401
        with pytest.raises(OSError):
            while True:
                connection.send(UPLOAD)
    eventually(lambda: echo.descriptors() <= before, 5, "the connection to go")
