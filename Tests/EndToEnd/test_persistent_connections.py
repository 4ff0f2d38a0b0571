"""Connections that stay: keep-alive, pipelining, closing, HTTP/1.0 (RFC 9112, section 9)."""

from __future__ import annotations

import pytest

from accounts import basic
from messages import AnswerHead
from origins import EchoOrigin
from vocabulary import STREAM, assert_error, route
from wire import HOST, chunked, request_bytes


def test_many_requests_on_one_connection(proxy):
    with proxy.connect() as connection:
        for number in range(200):
            connection.ask("GET", route(f"/streams?n={number}"), [proxy.credentials])
            answer = connection.read_answer()
            assert answer.json()["target"] == f"/1/streams?n={number}"
            assert "close" not in answer.fields.options("Connection")


def test_the_upstream_connection_is_reused(proxy):
    with proxy.connect() as connection:
        used = set()
        for _ in range(20):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            used.add(connection.read_answer().json()["connection"])
    assert len(used) == 1


def test_fifty_pipelined_requests_are_answered_in_order(proxy):
    with proxy.connect() as connection:
        data = b"".join(request_bytes("GET", route(f"/streams?n={n}"), [proxy.credentials]) for n in range(50))
        connection.send(data)
        targets = [connection.read_answer("GET").json()["target"] for _ in range(50)]
    assert targets == [f"/1/streams?n={n}" for n in range(50)]
    assert [request.target for request in proxy.origin.requests] == targets


def test_fifty_pipelined_requests_of_all_kinds(proxy):
    """Answers of ours and of Luna-Streams, with content and without, stay in order."""
    kinds = [
        ("GET", "/streams", 200, None),
        ("HEAD", "/streams", 200, None),
        ("GET", "/nothing", 404, None),
        ("OPTIONS", "/streams", 204, None),
        ("POST", "/streams", 200, b'{"n": 1}'),
        ("PATCH", "/streams/count", 405, None),
        ("DELETE", f"/streams/{STREAM}", 200, None),
        ("PUT", f"/streams/{STREAM}", 200, b"x" * 3000),
        ("HEAD", "/nothing", 404, None),
        ("GET", "/version", 200, None),
    ]
    with proxy.connect() as connection:
        for number in range(50):
            method, path, _, content = kinds[number % len(kinds)]
            connection.ask(method, route(f"{path}?n={number}"), [proxy.credentials], content)
        for number in range(50):
            method, path, status, content = kinds[number % len(kinds)]
            answer = connection.read_answer()
            assert answer.status == status, (number, method, path)
            if status == 200 and method != "HEAD":
                assert answer.json()["target"].endswith(f"{path}?n={number}")
                assert answer.json()["content"] == (content or b"").decode()


def test_pipelined_in_odd_pieces(proxy):
    one = request_bytes("POST", route("/streams"), [proxy.credentials], b"0123456789")
    two = request_bytes("POST", route("/streams"), [proxy.credentials, ("Transfer-Encoding", "chunked")]) + chunked(
        b"ab", b"c"
    )
    data = (one + two) * 4
    with proxy.connect() as connection:
        for start in range(0, len(data), 97):
            connection.send(data[start : start + 97])
        contents = [connection.read_answer("POST").json()["content"] for _ in range(8)]
    assert contents == ["0123456789", "abc"] * 4


def test_a_request_one_byte_at_a_time(proxy):
    with proxy.connect() as connection:
        connection.send_slowly(request_bytes("POST", route("/streams"), [proxy.credentials], b"slow"))
        assert connection.read_answer("POST").json()["content"] == "slow"


def test_empty_lines_before_a_request_line(proxy):
    """A server should ignore at least one (RFC 9112, section 2.2); refusing is safe, hanging is not."""
    with proxy.connect() as connection:
        connection.send(b"\r\n" + request_bytes("GET", route("/streams"), [proxy.credentials]))
        assert connection.read_answer("GET").status in (200, 400)


def test_connection_close_is_obeyed_and_announced(proxy):
    for fields in ([("Connection", "close")], [("Connection", "foo, CLOSE")], [("connection", "Close"), ("X-A", "b")]):
        with proxy.connect() as connection:
            connection.ask("GET", route("/streams"), [proxy.credentials, *fields])
            answer = connection.read_answer()
            assert answer.status == 200
            assert "close" in answer.fields.options("Connection")
            connection.expect_end()


def test_nothing_is_answered_after_connection_close(proxy):
    with proxy.connect() as connection:
        first = request_bytes("GET", route("/streams?n=1"), [proxy.credentials, ("Connection", "close")])
        connection.send(first + request_bytes("GET", route("/streams?n=2"), [proxy.credentials]))
        assert connection.read_answer("GET").json()["target"] == "/1/streams?n=1"
        connection.expect_end()
    assert [request.target for request in proxy.origin.requests] == ["/1/streams?n=1"]


def test_our_own_answers_keep_the_connection(proxy):
    with proxy.connect() as connection:
        for fields, status in ([], 401), ([basic("x@y.zz", "no")], 401), ([proxy.credentials], 200):
            connection.ask("GET", route("/streams"), fields)
            assert connection.read_answer().status == status
        connection.ask("GET", route("/nothing"), [proxy.credentials])
        assert_error(connection.read_answer(), 404, 12013)
        connection.ask("OPTIONS", route("/streams"))
        assert connection.read_answer().status == 204


def one_point_zero(path: str, *fields: "tuple[str, str]", method: str = "GET", content: "bytes | None" = None) -> bytes:
    return request_bytes(method, route(path), fields, content, version="HTTP/1.0")


def assert_version(head: AnswerHead) -> None:
    """We speak 1.1, whatever the client says (RFC 9110, section 2.5); a 1.0 answer is as right."""
    assert head.version in ("HTTP/1.1", "HTTP/1.0")


def test_http_1_0_closes_after_the_answer(proxy):
    with proxy.connect() as connection:
        connection.send(one_point_zero("/streams", proxy.credentials))
        answer = connection.read_answer("GET")
        assert answer.status == 200
        assert_version(answer.head)
        connection.expect_end()


def test_http_1_0_with_keep_alive_stays(proxy):
    with proxy.connect() as connection:
        for number in range(3):
            connection.send(one_point_zero(f"/streams?n={number}", proxy.credentials, ("Connection", "Keep-Alive")))
            answer = connection.read_answer("GET")
            assert answer.json()["target"] == f"/1/streams?n={number}"
            assert "keep-alive" in answer.fields.options("Connection")
        connection.send(one_point_zero("/streams", proxy.credentials))
        assert connection.read_answer("GET").status == 200
        connection.expect_end()


def test_http_1_0_with_content_and_our_errors(proxy):
    with proxy.connect() as connection:
        connection.send(one_point_zero("/streams", proxy.credentials, method="POST", content=b"{}"))
        assert connection.read_answer("POST").json()["content"] == "{}"
        connection.expect_end()
    with proxy.connect() as connection:
        connection.send(one_point_zero("/nothing"))
        assert_error(connection.read_answer("GET"), 404, 12013)
        connection.expect_end()


def test_http_1_0_needs_no_host(proxy):
    with proxy.connect() as connection:
        connection.send(request_bytes("GET", route("/streams"), [proxy.credentials], version="HTTP/1.0", host=None))
        assert connection.read_answer("GET").status == 200
    assert proxy.origin.requests[0].fields.one("Host") == proxy.origin.url[len("http://") :]


def test_http_1_0_goes_upstream_as_1_1(proxy):
    with proxy.connect() as connection:
        connection.send(one_point_zero("/streams", proxy.credentials))
        connection.read_answer("GET")
    assert proxy.origin.requests[0].head.version == "HTTP/1.1"


def test_an_idle_connection_is_closed_after_keep_alive_timeout(start_proxy):
    proxy = start_proxy(EchoOrigin(), http={"keep_alive_timeout": 0.5})
    with proxy.connect(timeout=5) as used, proxy.connect(timeout=5) as other:
        used.ask("GET", route("/streams"), [proxy.credentials])
        assert used.read_answer().status == 200
        used.expect_end()
        # A connection that has not been used may wait for `request_timeout`; it works now.
        other.ask("GET", route("/streams"), [proxy.credentials])
        assert other.read_answer().status in (200, 408)


@pytest.mark.parametrize("begun", [b"", b"GET ", b"GET /6/plugins HTTP/1.1\r\nHost: x\r\nX-A", b"\r\n"])
def test_a_head_must_come_within_request_timeout(start_proxy, begun):
    proxy = start_proxy(EchoOrigin(), http={"request_timeout": 0.5, "keep_alive_timeout": 0.5})
    with proxy.connect(timeout=5) as connection:
        connection.send(begun)
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 408 ")
    assert proxy.origin.requests == []


def test_a_trickling_head_ends_too(start_proxy):
    """Each byte comes in time; the whole doesn't."""
    proxy = start_proxy(EchoOrigin(), http={"request_timeout": 0.5})
    with proxy.connect(timeout=10) as connection:
        field = b"X-A: " + b"a" * 8000
        for position in range(len(field)):
            try:
                connection.send_slowly(field[position : position + 1] if position else b"GET / HTTP/1.1\r\nX-A: ")
            except OSError:
                break
            connection.sock.settimeout(0.001)
            try:
                if connection.sock.recv(1000) is not None:
                    break
            except (TimeoutError, OSError) as fault:
                if isinstance(fault, ConnectionError):
                    break
        else:
            raise AssertionError("the head was allowed to trickle for ever")
    assert proxy.origin.requests == []


def test_content_that_stops_ends_the_request(start_proxy):
    proxy = start_proxy(EchoOrigin(), http={"request_timeout": 0.5})
    with proxy.connect(timeout=5) as connection:
        fields = [proxy.credentials, ("Content-Length", "100")]
        connection.send(request_bytes("POST", route("/streams"), fields) + b"a beginning")
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.split(b" ")[1] in (b"408", b"400"), rest[:200]
    assert proxy.origin.complete == []


def test_idle_connections_do_not_stop_others(proxy):
    idle = [proxy.connect() for _ in range(100)]
    try:
        for connection in idle[::2]:
            connection.send(b"GET /")
        assert proxy.ask("GET", "/streams").status == 200
        for connection in idle[1::2]:
            connection.ask("GET", route("/streams"), [proxy.credentials])
        assert {connection.read_answer().status for connection in idle[1::2]} == {200}
    finally:
        for connection in idle:
            connection.close()


def test_the_host_of_each_request_counts(proxy):
    with proxy.connect() as connection:
        for host in (HOST, "other.example:8080", "[::1]:80", "10.1.2.3"):
            connection.ask("GET", route("/streams"), [proxy.credentials], host=host)
            assert connection.read_answer().status == 200
    hosts = [request.fields.one("X-Forwarded-Host") for request in proxy.origin.requests]
    assert hosts == [HOST, "other.example:8080", "[::1]:80", "10.1.2.3"]
