"""`Expect: 100-continue`: the client is asked to send only once its content will be read (RFC 9110, section 10.1.1)."""

from __future__ import annotations

import pytest

from accounts import bearer
from origins import BlackholeOrigin, EchoOrigin, InterimOrigin, RefusingOrigin
from origins.interim import CONTINUE
from vocabulary import assert_error, route
from wire import request_bytes

EXPECT = ("Expect", "100-continue")


def head(proxy, *fields, version="HTTP/1.1", length=5, credentials=True) -> bytes:
    own = [proxy.credentials] if credentials is True else [credentials] if credentials else []
    return request_bytes("POST", route("/streams"), [*own, ("Content-Length", str(length)), *fields], version=version)


@pytest.mark.parametrize("value", ["100-continue", "100-Continue"])
def test_the_client_is_told_to_go_on(proxy, value):
    with proxy.connect() as connection:
        for _ in range(2):
            connection.send(head(proxy, ("Expect", value)))
            interim = connection.read_head()
            assert (interim.status, interim.fields.all("Content-Length")) == (100, [])
            connection.send(b"hello")
            answer = connection.read_answer("POST")
            assert (answer.status, answer.interim) == (200, [])
            assert answer.json()["content"] == "hello"


def test_with_chunked_content(proxy):
    with proxy.connect() as connection:
        connection.send(
            request_bytes("POST", route("/streams"), [proxy.credentials, EXPECT, ("Transfer-Encoding", "chunked")])
        )
        assert connection.read_head().status == 100
        connection.send(b"2\r\nab\r\n0\r\n\r\n")
        assert connection.read_answer("POST").json()["content"] == "ab"


def test_a_client_that_does_not_wait(proxy):
    with proxy.connect() as connection:
        connection.send(head(proxy, EXPECT) + b"hello")
        connection.send(request_bytes("GET", route("/version")))
        answer = connection.read_answer("POST")
        assert answer.json()["content"] == "hello"
        assert [interim.status for interim in answer.interim] in ([], [100])
        assert connection.read_answer("GET").status == 200


@pytest.mark.parametrize("kind", ["nobody", "wrong verb", "no route", "no method", "too large"])
def test_a_refusal_comes_without_100(start_proxy, accounts, kind):
    proxy = start_proxy(EchoOrigin(), http={"request_max_size": 1000})
    request = {
        "nobody": head(proxy, EXPECT, credentials=None),
        "wrong verb": head(proxy, EXPECT, credentials=bearer(accounts.ann.tokens["view"])),
        "no route": head(proxy, EXPECT).replace(b"/streams HTTP", b"/nothing HTTP"),
        "no method": head(proxy, EXPECT).replace(b"POST", b"PATCH"),
        "too large": head(proxy, EXPECT, length=1001),
    }[kind]
    status = {"nobody": 401, "wrong verb": 403, "no route": 404, "no method": 405, "too large": 413}[kind]
    with proxy.connect() as connection:
        connection.send(request)
        first = connection.read_head()
        assert first.status == status
    assert proxy.origin.requests == []


def test_no_100_before_the_upstream_is_connected(start_proxy):
    proxy = start_proxy(RefusingOrigin())
    with proxy.connect() as connection:
        connection.send(head(proxy, EXPECT))
        answer = connection.read_answer("POST")
    assert answer.interim == []
    assert_error(answer, 502, 16)


def test_no_100_while_connecting(start_proxy):
    proxy = start_proxy(BlackholeOrigin(), timeouts={"connect": 0.5})
    with proxy.connect() as connection:
        connection.send(head(proxy, EXPECT))
        answer = connection.read_answer("POST")
    assert answer.interim == []
    assert_error(answer, 504, 8, 7)


@pytest.mark.parametrize("value", ["200-ok", "100-continue, x", "100-continuee", "x=y", ""])
def test_an_odd_expectation_is_417(proxy, value):
    with proxy.connect() as connection:
        connection.send(head(proxy, ("Expect", value)))
        answer = connection.read_answer("POST")
    assert answer.status == 417
    assert answer.interim == []
    assert proxy.origin.requests == []


def test_http_1_0_has_no_interim_answers(proxy):
    with proxy.connect() as connection:
        connection.send(head(proxy, EXPECT, version="HTTP/1.0") + b"hello")
        answer = connection.read_answer("POST")
        assert (answer.status, answer.interim) == (200, [])
        connection.expect_end()


def test_without_expectation_no_100(proxy):
    with proxy.connect() as connection:
        connection.send(head(proxy) + b"hello")
        assert connection.read_answer("POST").interim == []


def test_without_content_no_100_is_needed(proxy):
    with proxy.connect() as connection:
        connection.send(request_bytes("GET", route("/streams"), [proxy.credentials, EXPECT]))
        answer = connection.read_answer("GET")
        assert answer.status == 200


def test_the_upstreams_100_is_not_a_second_one(start_proxy):
    proxy = start_proxy(InterimOrigin(before_content=CONTINUE, before_answer=b""))
    with proxy.connect() as connection:
        connection.send(head(proxy, EXPECT))
        assert connection.read_head().status == 100
        connection.send(b"hello")
        answer = connection.read_answer("POST")
    assert (answer.status, answer.interim, answer.content) == (200, [], b"5")
