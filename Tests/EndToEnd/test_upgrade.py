"""`Upgrade: websocket` on the live route: a tunnel after the upstream's 101, plain HTTP otherwise."""

from __future__ import annotations

import os
import time

import pytest

from accounts import bearer
from origins import CannedOrigin, HeadAbusingOrigin, StallingOrigin, WebSocketOrigin
from proxy_process import SPARE_DESCRIPTORS, ProxyProcess
from vocabulary import FRAME, LIVE, STREAM, assert_error, route
from wire import Connection, eventually

UPGRADE = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
]


def open_tunnel(proxy: ProxyProcess, connection: Connection, fields=UPGRADE) -> None:
    """Asks for a tunnel and reads the 101."""
    connection.ask("GET", route(LIVE), [proxy.credentials, *fields])
    head, interim = connection.read_final_head()
    assert (head.status, interim) == (101, []), head
    assert head.fields.options("Upgrade") == ["websocket"]
    assert "upgrade" in head.fields.options("Connection")
    assert head.fields.one("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert {"content-length", "transfer-encoding"}.isdisjoint(head.fields.names)


def test_bytes_pass_both_ways(start_proxy, accounts):
    proxy = start_proxy(WebSocketOrigin())
    with proxy.connect() as connection:
        open_tunnel(proxy, connection)
        for data in (b"ping", b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", os.urandom(5000)):
            connection.send(data)
            assert connection.stream.read_exactly(len(data)) == data
    (request,) = proxy.origin.requests
    assert request.target == f"/1{LIVE}"
    assert request.fields.options("Upgrade") == ["websocket"]
    assert "upgrade" in request.fields.options("Connection")
    assert request.fields.one("Sec-WebSocket-Key") == "dGhlIHNhbXBsZSBub25jZQ=="
    assert request.fields.one("Luna-Account-Id") == accounts.root.account_id
    assert "authorization" not in request.fields


@pytest.mark.parametrize(
    "connection_field", ["upgrade", "keep-alive, Upgrade", "UPGRADE, keep-alive", "upgrade, X-Gone, Authorization"]
)
def test_the_connection_field_in_all_its_forms(start_proxy, connection_field):
    proxy = start_proxy(WebSocketOrigin())
    fields = [("Connection", connection_field), ("Upgrade", "WebSocket"), ("X-Gone", "1"), *UPGRADE[2:]]
    with proxy.connect() as connection:
        open_tunnel(proxy, connection, fields)
    seen = proxy.origin.requests[0].fields
    assert ("x-gone" in seen) == ("X-Gone" not in connection_field)
    assert "authorization" not in seen and "luna-account-id" in seen


def test_much_passes_both_ways(start_proxy):
    proxy = start_proxy(WebSocketOrigin())
    block = os.urandom(65536)
    with proxy.connect() as connection:
        open_tunnel(proxy, connection)
        for _ in range(64):
            connection.send(block)
            assert connection.stream.read_exactly(len(block)) == block


def test_bytes_that_come_with_the_101(start_proxy):
    for early in (b"early", b"x" * 100_000):
        proxy = start_proxy(WebSocketOrigin(early=early))
        with proxy.connect() as connection:
            open_tunnel(proxy, connection)
            assert connection.stream.read_exactly(len(early)) == early
            connection.send(b"then")
            assert connection.stream.read_exactly(4) == b"then"


def test_bytes_sent_right_after_the_request(start_proxy):
    """They wait for the 101 and then belong to the tunnel."""
    proxy = start_proxy(WebSocketOrigin())
    with proxy.connect() as connection:
        fields = "\r\n".join(f"{name}: {value}" for name, value in [proxy.credentials, *UPGRADE])
        connection.send(f"GET {route(LIVE)} HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\nhasty bytes".encode())
        assert connection.read_final_head()[0].status == 101
        assert connection.stream.read_exactly(11) == b"hasty bytes"


def test_bytes_after_a_request_whose_upgrade_is_refused_are_http(start_proxy):
    proxy = start_proxy(WebSocketOrigin(refuses=True))
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials, *UPGRADE])
        connection.ask("GET", route("/streams?after"), [proxy.credentials])
        refused = connection.read_answer()
        assert (refused.status, refused.content) == (403, b"not for you\n")
        try:
            assert connection.read_answer().json()["target"] == "/1/streams?after"
        except EOFError:
            pytest.fail("a refused upgrade leaves a plain connection")
    assert [request.target for request in proxy.origin.requests] == [f"/1{LIVE}", "/1/streams?after"]


def test_hidden_requests_never_reach_the_upstream_as_such(start_proxy, accounts):
    """Bytes behind an upgrade that is refused are judged like any request: CVE-2026-2833."""
    proxy = start_proxy(WebSocketOrigin(refuses=True))
    with proxy.connect() as connection:
        view = bearer(accounts.ann.tokens["view"])
        connection.ask("GET", route(LIVE), [view, *UPGRADE])
        connection.ask("DELETE", route("/streams"), [view])
        assert connection.read_answer().status == 403
        assert_error(connection.read_answer(), 403, 11059)
    assert [request.method for request in proxy.origin.requests] == ["GET"]


def test_after_a_refusal_the_connection_goes_on(start_proxy):
    proxy = start_proxy(WebSocketOrigin(refuses=True))
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("GET", route(LIVE), [proxy.credentials, *UPGRADE])
            assert connection.read_answer().status == 403
            connection.ask("GET", route("/streams"), [proxy.credentials])
            assert connection.read_answer().status == 200


def test_an_answer_200_to_an_upgrade_is_plain_http(start_proxy):
    proxy = start_proxy(CannedOrigin(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain"))
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("GET", route(LIVE), [proxy.credentials, *UPGRADE])
            assert connection.read_answer().content == b"plain"


@pytest.mark.parametrize("path", [FRAME, "/streams", "/version", f"/streams/{STREAM}"])
def test_upgrades_on_other_routes_are_not_forwarded(start_proxy, path):
    proxy = start_proxy(WebSocketOrigin())
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("GET", route(path), [proxy.credentials, *UPGRADE])
            assert connection.read_answer().status == 200
    for request in proxy.origin.requests:
        assert "upgrade" not in request.fields
        assert "upgrade" not in request.fields.options("Connection")


@pytest.mark.parametrize("protocol", ["h2c", "TLS/1.0", "websocket2", "foo, bar"])
def test_other_protocols_are_not_forwarded(start_proxy, protocol):
    proxy = start_proxy(WebSocketOrigin())
    fields = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", protocol), ("HTTP2-Settings", "AAMAAABkAAQAAP__")]
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials, *fields])
        assert connection.read_answer().status == 200
    seen = proxy.origin.requests[0].fields
    assert "upgrade" not in seen and "http2-settings" not in seen


def test_upgrade_that_connection_does_not_name_is_none(start_proxy):
    proxy = start_proxy(WebSocketOrigin())
    assert proxy.ask("GET", LIVE, [("Upgrade", "websocket")]).status == 200
    assert "upgrade" not in proxy.origin.requests[0].fields


def test_upgrade_of_a_1_0_request_is_ignored(start_proxy):
    """RFC 9110, section 7.8."""
    proxy = start_proxy(WebSocketOrigin())
    assert proxy.ask("GET", LIVE, UPGRADE, version="HTTP/1.0").status == 200
    assert "upgrade" not in proxy.origin.requests[0].fields


def test_a_tunnel_needs_the_right(start_proxy, accounts):
    proxy = start_proxy(WebSocketOrigin())
    assert_error(proxy.ask("GET", LIVE, UPGRADE, credentials=None), 401, 11065)
    assert_error(proxy.ask("GET", LIVE, UPGRADE, credentials=bearer(accounts.ann.tokens["creation"])), 403, 11059)
    assert proxy.origin.connections == []


def test_an_unasked_101_is_502(start_proxy):
    proxy = start_proxy(HeadAbusingOrigin("unasked 101"))
    for path in ("/streams", FRAME, LIVE):
        assert_error(proxy.ask("GET", path), 502, 4)


def test_the_client_closing_ends_the_tunnel(start_proxy):
    proxy = start_proxy(WebSocketOrigin())
    for end in ("close", "reset"):
        connection = proxy.connect()
        open_tunnel(proxy, connection)
        connection.send(b"x")
        connection.stream.read_exactly(1)
        getattr(connection, end)()
        proxy.origin.wait_for_cut(len(proxy.origin.connections) - 1, 1)


def test_the_origin_closing_ends_the_tunnel_after_its_last_bytes(start_proxy):
    farewell = b"bye" * 20_000
    proxy = start_proxy(WebSocketOrigin(farewell=farewell))
    with proxy.connect() as connection:
        open_tunnel(proxy, connection)
        connection.send(b"x")
        assert connection.stream.read_exactly(len(farewell)) == farewell
        connection.expect_end()


def test_no_101_in_time_is_504(start_proxy):
    proxy = start_proxy(StallingOrigin(), timeouts={"request": 0.5})
    assert_error(proxy.ask("GET", LIVE, UPGRADE), 504, 9)


def test_a_tunnel_outlives_the_request_timeout(start_proxy):
    proxy = start_proxy(WebSocketOrigin(), timeouts={"request": 0.5})
    with proxy.connect() as connection:
        open_tunnel(proxy, connection)
        begin = time.monotonic()
        while time.monotonic() - begin < 1.5:
            connection.send(b"tick")
            assert connection.stream.read_exactly(4) == b"tick"


def test_many_tunnels_at_once_leave_nothing(start_proxy):
    proxy = start_proxy(WebSocketOrigin())
    proxy.assert_survives()
    before = proxy.descriptors()
    tunnels = [proxy.connect() for _ in range(40)]
    for tunnel in tunnels:
        open_tunnel(proxy, tunnel)
    for number, tunnel in enumerate(tunnels):
        tunnel.send(b"%4d" % number)
    for number, tunnel in enumerate(tunnels):
        assert tunnel.stream.read_exactly(4) == b"%4d" % number
        tunnel.close()
    eventually(lambda: proxy.descriptors() <= before + SPARE_DESCRIPTORS, 5, "the descriptors to be given back")
