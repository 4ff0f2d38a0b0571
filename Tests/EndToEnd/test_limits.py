"""Too much: target 414, head 431, content 413 (sections 3 and 5)."""

from __future__ import annotations

import pytest

from origins import EchoOrigin
from vocabulary import assert_error, route
from wire import chunked, request_bytes

KIBIBYTE = 1024
CONTENT_LIMIT = 10_000


@pytest.fixture
def limited(start_proxy):
    """A proxy that takes little content."""
    return start_proxy(EchoOrigin(), http={"request_max_size": CONTENT_LIMIT})


def test_a_long_target_passes(proxy):
    query = "x" * (7 * KIBIBYTE)
    assert proxy.ask("GET", f"/streams?{query}").json()["target"] == f"/1/streams?{query}"


@pytest.mark.parametrize("size", [8 * KIBIBYTE + 1, 9 * KIBIBYTE, 20 * KIBIBYTE])
def test_a_target_over_8_kib_is_414(proxy, size):
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams?") + "x" * size, [proxy.credentials])
        assert_error(connection.read_answer(), 414, 12046)
        connection.expect_end()
    assert proxy.origin.requests == []


def test_an_endless_target_is_refused_before_it_ends(proxy):
    with proxy.connect() as connection:
        try:
            for _ in range(200):
                connection.send(b"GET " + route("/streams?").encode() if _ == 0 else b"x" * 1000)
        except ConnectionError:
            pass
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith((b"HTTP/1.1 414 ", b"HTTP/1.1 431 ")), rest[:100]
    assert proxy.origin.requests == []


def test_a_large_head_passes(proxy):
    fields = [(f"X-{number}", "v" * 400) for number in range(60)]
    seen = proxy.ask("GET", "/streams", fields).json()["fields"]
    assert [list(field) for field in fields] == [
        field for field in seen if field[0].startswith("X-") and field[0][2:].isdigit()
    ]


@pytest.mark.parametrize("fields", [[("X-A", "v" * 33 * KIBIBYTE)], [(f"X-{n}", "v" * 1000) for n in range(40)]])
def test_a_head_over_32_kib_is_431(proxy, fields):
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials, *fields])
        assert_error(connection.read_answer(), 431, 12046)
        connection.expect_end()
    assert proxy.origin.requests == []


def test_an_endless_head_is_refused_before_it_ends(proxy):
    with proxy.connect() as connection:
        connection.send(b"GET " + route("/streams").encode() + b" HTTP/1.1\r\nHost: h\r\n")
        try:
            for _ in range(2000):
                connection.send(b"X-A: b\r\n" * 100)
        except ConnectionError:
            pass
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 431 "), rest[:100]


@pytest.mark.parametrize("count, status", [(98, 200), (101, 431), (150, 431)])
def test_more_than_100_fields_are_431(proxy, count, status):
    """Host and Authorization are two of them."""
    fields = [(f"X-{number}", "v") for number in range(count - 2)]
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials, *fields])
        answer = connection.read_answer()
        assert answer.status == status
        if status != 200:
            assert_error(answer, 431, 12046)
            connection.expect_end()
    assert len(proxy.origin.requests) == (1 if status == 200 else 0)


def test_exactly_100_fields_pass(proxy):
    assert proxy.ask("GET", "/streams", [(f"X-{number}", "v") for number in range(98)]).status == 200


def test_content_at_the_limit_passes(limited):
    content = b"x" * CONTENT_LIMIT
    assert limited.ask("POST", "/streams", content=content).json()["size"] == CONTENT_LIMIT
    with limited.connect() as connection:
        head = request_bytes("POST", route("/streams"), [limited.credentials, ("Transfer-Encoding", "chunked")])
        connection.send(head + chunked(content[:5000], content[5000:]))
        assert connection.read_answer("POST").json()["size"] == CONTENT_LIMIT


@pytest.mark.parametrize("size", [CONTENT_LIMIT + 1, 10**9, 10**18])
def test_a_length_over_the_limit_is_413_at_once(limited, size):
    with limited.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [limited.credentials, ("Content-Length", str(size))]))
        assert_error(connection.read_answer("POST"), 413, 12046)
    assert limited.origin.connections == []


def test_a_413_is_read_by_a_client_that_sends_on(limited):
    with limited.connect() as connection:
        head = request_bytes(
            "POST", route("/streams"), [limited.credentials, ("Content-Length", str(CONTENT_LIMIT + 1))]
        )
        connection.send(head + b"x" * (CONTENT_LIMIT + 1))
        assert_error(connection.read_answer("POST"), 413, 12046)


def test_chunked_content_over_the_limit_ends(limited):
    with limited.connect() as connection:
        connection.send(
            request_bytes("POST", route("/streams"), [limited.credentials, ("Transfer-Encoding", "chunked")])
        )
        try:
            for _ in range(100):
                connection.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        except ConnectionError:
            pass
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 413 "), rest[:100]
    assert limited.origin.complete == []


def test_one_chunk_over_the_limit_ends(limited):
    with limited.connect() as connection:
        head = request_bytes("POST", route("/streams"), [limited.credentials, ("Transfer-Encoding", "chunked")])
        connection.send(head + b"%x\r\n" % (CONTENT_LIMIT + 1) + b"x" * (CONTENT_LIMIT + 1))
        assert_error(connection.read_answer("POST"), 413, 12046)
    assert limited.origin.complete == []


def test_the_limit_is_for_one_request(limited):
    with limited.connect() as connection:
        for _ in range(5):
            connection.ask("POST", route("/streams"), [limited.credentials], b"x" * (CONTENT_LIMIT - 1))
            assert connection.read_answer().status == 200


def test_a_long_but_lawful_bearer_is_judged(proxy):
    answer = proxy.ask("GET", "/streams", credentials=("Authorization", "Bearer " + "x" * 20_000))
    assert_error(answer, 401, 11062)
