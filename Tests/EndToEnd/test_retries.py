"""When a request is sent a second time, and when never (section 6, point 7; section 7)."""

from __future__ import annotations

import threading

import pytest

from origins import KeepAliveClosingOrigin, TruncatingOrigin
from vocabulary import STREAM, assert_error, route
from wire import chunked, request_bytes

POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"


def behaving(start_proxy, then: str, **options):
    """A proxy of one worker whose only pooled connection has answered once, so that `then` comes next."""
    proxy = start_proxy(KeepAliveClosingOrigin(then, **options), workers=1)
    assert proxy.ask("GET", "/streams?first").status == 200
    return proxy


@pytest.mark.parametrize("then", ["announce", "close"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_connection_closed_by_the_peer_is_not_used(start_proxy, then, method):
    proxy = behaving(start_proxy, then)
    assert proxy.origin.behaved.wait(5)
    answer = proxy.ask(method, "/streams?second", content=b"{}" if method == "POST" else None)
    assert answer.status == 200
    assert [request.target for request in proxy.origin.requests] == ["/1/streams?first", "/1/streams?second"]
    assert [request.connection for request in proxy.origin.requests] == [0, 1]


@pytest.mark.parametrize("then", ["on request", "reset on request"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_safe_request_is_retried_when_its_pooled_connection_ends(start_proxy, then, method):
    proxy = behaving(start_proxy, then)
    answer = proxy.ask(method, "/streams?second")
    assert answer.status == 200
    targets = [request.target for request in proxy.origin.requests]
    assert targets == ["/1/streams?first", "/1/streams?second", "/1/streams?second"]
    ids = {request.fields.one("Luna-Request-Id") for request in proxy.origin.requests[1:]}
    assert len(ids) == 1


def assert_sent_once(proxy, answer) -> None:
    """The request went out once: over a connection of its own, or over the pooled one, and then its loss is told."""
    assert [request.target for request in proxy.origin.requests].count("/1/streams?second") == 1
    if answer.status != 200:
        assert_error(answer, 502, 10)


@pytest.mark.parametrize("then", ["on request", "reset on request"])
@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 300_000])
def test_a_post_is_never_sent_twice(start_proxy, then, content):
    proxy = behaving(start_proxy, then)
    assert_sent_once(proxy, proxy.ask("POST", "/streams?second", content=content))


@pytest.mark.parametrize("then", ["on request", "reset on request"])
def test_a_chunked_post_is_never_sent_twice(start_proxy, then):
    proxy = behaving(start_proxy, then)
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Transfer-Encoding", "chunked")]
        connection.send(request_bytes("POST", route("/streams?second"), fields) + chunked(b"{}"))
        assert_sent_once(proxy, connection.read_answer("POST"))


@pytest.mark.parametrize("method, path", [("DELETE", "/streams"), ("PUT", f"/streams/{STREAM}")])
def test_idempotent_requests_are_sent_at_most_twice(start_proxy, method, path):
    """They may be retried (RFC 9110, section 9.2.2) or not; the client gets the truth either way."""
    proxy = behaving(start_proxy, "on request")
    answer = proxy.ask(method, f"{path}?second", content=b"{}" if method == "PUT" else None)
    count = [request.target for request in proxy.origin.requests].count(f"/1{path}?second")
    assert (answer.status, count) in ((200, 2), (502, 1))


def test_a_get_is_not_retried_on_a_fresh_connection(start_proxy):
    proxy = start_proxy(TruncatingOrigin("nothing"), workers=1)
    assert_error(proxy.ask("GET", "/streams"), 502, 10)
    assert len(proxy.origin.requests) == 1


def test_a_get_is_not_retried_for_ever(start_proxy):
    """Every connection ends at its second request: the retry goes to a fresh one, where it is the first."""
    proxy = start_proxy(KeepAliveClosingOrigin("on request", only_first=False), workers=1)
    with proxy.connect() as connection:
        for number in range(10):
            connection.ask("GET", route(f"/streams?n={number}"), [proxy.credentials])
            assert connection.read_answer().json()["target"] == f"/1/streams?n={number}"
    assert len(proxy.origin.requests) <= 20


def test_a_get_is_not_retried_once_the_answer_has_begun(start_proxy):
    class HalfAnswering(KeepAliveClosingOrigin):
        """The second request on a connection gets half a head."""

        def serve(self, connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connection.read_request()
            connection.send(b"HTTP/1.1 200 O")

    proxy = start_proxy(HalfAnswering("close"), workers=1)
    assert proxy.ask("GET", "/streams?first").status == 200
    assert_error(proxy.ask("GET", "/streams?second"), 502, 10, 4)
    assert len(proxy.origin.requests) == 2


@pytest.mark.parametrize("then", ["poison", "joined poison"])
@pytest.mark.parametrize("poison", [POISON, b"x", b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_connection_with_unexpected_bytes_is_not_used(start_proxy, then, poison):
    proxy = behaving(start_proxy, then, poison=poison)
    assert proxy.origin.behaved.wait(5)
    for method in ("GET", "POST"):
        answer = proxy.ask(method, "/streams?second", content=b"{}" if method == "POST" else None)
        assert answer.json()["target"] == "/1/streams?second"
    assert 0 not in [request.connection for request in proxy.origin.requests[1:]]


def test_an_answer_that_announces_its_end_is_obeyed(start_proxy):
    """After `Connection: close` nothing is sent on that connection, even if it stays open."""

    class Announcing(KeepAliveClosingOrigin):
        def serve(self, connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
            connection.wait_for_end()

    proxy = start_proxy(Announcing("announce"), workers=1)
    for _ in range(3):
        assert proxy.ask("POST", "/streams", content=b"{}").status == 200
    assert [request.connection for request in proxy.origin.requests] == [0, 1, 2]


def test_connections_of_http_1_0_answers_are_not_reused(start_proxy):
    class OnePointZero(KeepAliveClosingOrigin):
        def serve(self, connection):
            connection.read_request()
            connection.send(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connection.wait_for_end()

    proxy = start_proxy(OnePointZero("close"), workers=1)
    for _ in range(3):
        assert proxy.ask("GET", "/streams").status == 200
    assert [request.connection for request in proxy.origin.requests] == [0, 1, 2]


def test_under_load_no_post_is_sent_twice_and_no_get_fails(start_proxy):
    """Connections end after every third answer, without a word, while eight clients work."""
    proxy = start_proxy(KeepAliveClosingOrigin("close", answers=3, only_first=False))
    failures = []

    def work(client: int) -> None:
        for number in range(40):
            method = "GET" if number % 2 else "POST"
            path = f"/streams?c={client}&n={number}"
            answer = proxy.ask(method, path, content=b"{}" if method == "POST" else None)
            if answer.status != 200 and not (method == "POST" and answer.code == 10):
                failures.append((method, path, answer.status, answer.content))

    clients = [threading.Thread(target=work, args=(client,)) for client in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(60)
    assert failures == []
    posts = [request.target for request in proxy.origin.requests if request.method == "POST"]
    assert len(posts) == len(set(posts))
