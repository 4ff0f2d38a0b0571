"""How the end of content is known, in both directions (RFC 9112, sections 6 and 7)."""

from __future__ import annotations

import hashlib
import os

import pytest

from origins import CannedOrigin, ChunkedOrigin, CloseDelimitedOrigin
from origins.big import MEBIBYTE, BigOrigin, blocks, checksum
from vocabulary import STREAM, route
from wire import chunked, request_bytes


def post(proxy, content: bytes, *fields: "tuple[str, str]") -> bytes:
    return request_bytes("POST", route("/streams"), [proxy.credentials, *fields]) + content


CHUNKED = ("Transfer-Encoding", "chunked")


@pytest.mark.parametrize(
    "raw, content",
    [
        (b"0\r\n\r\n", ""),
        (b"5\r\nhello\r\n0\r\n\r\n", "hello"),
        (b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
        (b"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        (b"a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        (b"0005\r\nhello\r\n000\r\n\r\n", "hello"),
        (b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
        (b"3\r\n\x00\xff\r\r\n0\r\n\r\n", "\x00\xff\r"),
    ],
)
def test_chunked_content_goes_up(proxy, raw, content):
    with proxy.connect() as connection:
        connection.send(post(proxy, raw, CHUNKED) + request_bytes("GET", route("/version")))
        assert connection.read_answer("POST").json()["content"] == content
        assert connection.read_answer("GET").status == 200


def test_chunked_content_a_byte_at_a_time(proxy):
    with proxy.connect() as connection:
        connection.send(post(proxy, b"", CHUNKED))
        connection.send_slowly(chunked(b"hello", b"w" * 17, b"!"))
        assert connection.read_answer("POST").json()["content"] == "hello" + "w" * 17 + "!"


@pytest.mark.parametrize("coding", ["Chunked", "CHUNKED", "chunked"])
def test_the_coding_has_no_case(proxy, coding):
    with proxy.connect() as connection:
        connection.send(post(proxy, chunked(b"x"), ("transfer-encoding", coding)))
        assert connection.read_answer("POST").json()["content"] == "x"


def test_the_upstream_gets_one_framing(proxy):
    with proxy.connect() as connection:
        connection.send(post(proxy, chunked(b"abc"), CHUNKED))
        connection.read_answer("POST")
        connection.send(post(proxy, b"abc", ("Content-Length", "3")))
        connection.read_answer("POST")
    first, second = proxy.origin.requests
    assert first.framing == "chunked" or first.fields.one("Content-Length") == "3"
    assert (second.framing, second.fields.one("Content-Length")) == ("length", "3")
    assert first.content == second.content == b"abc"


def test_request_trailers_are_dropped(proxy):
    trailers = b"X-Trailer: 1\r\nETag: x\r\n"
    with proxy.connect() as connection:
        raw = post(proxy, chunked(b"abc", trailers=trailers), CHUNKED, ("Trailer", "X-Trailer"))
        connection.send(raw + request_bytes("GET", route("/version")))
        echo = connection.read_answer("POST").json()
        assert connection.read_answer("GET").status == 200
    assert (echo["content"], echo["trailers"]) == ("abc", [])
    names = {name.lower() for name, _ in echo["fields"]}
    assert "x-trailer" not in names and "trailer" not in names


@pytest.mark.parametrize("method, path", [("GET", "/streams"), ("DELETE", "/streams"), ("GET", f"/streams/{STREAM}")])
def test_content_of_any_method_follows_its_length(proxy, method, path):
    """A length is a length whatever the method: the next request begins after it."""
    hidden = request_bytes("GET", "/smuggled")
    with proxy.connect() as connection:
        connection.send(request_bytes(method, route(path), [proxy.credentials], hidden))
        connection.send(request_bytes("GET", route("/version")))
        first = connection.read_answer(method)
        if first.status == 200:
            try:
                assert connection.read_answer("GET").json()["target"] == "/version"
            except EOFError:
                pass
        else:
            assert first.status in (400, 413)
    assert "/smuggled" not in [request.target for request in proxy.origin.requests]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_empty_upload(proxy, method):
    path = "/streams" if method == "POST" else f"/streams/{STREAM}"
    assert proxy.ask(method, path, content=b"").json()["content"] == ""
    assert proxy.ask(method, path).json()["content"] == ""


@pytest.mark.parametrize("extension", [b"", b";name=value", b";a", b';q="x"'])
def test_chunked_answers(start_proxy, extension):
    proxy = start_proxy(ChunkedOrigin(b"one", b"\r\n0\r\n\r\n", b"three" * 1000, extension=extension))
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert answer.content == b"one\r\n0\r\n\r\n" + b"three" * 1000
            assert answer.framing == "chunked"


def test_chunked_answers_to_http_1_0(start_proxy):
    proxy = start_proxy(ChunkedOrigin(b"one", b"two"))
    for fields in ([], [("Connection", "keep-alive")]):
        with proxy.connect() as connection:
            connection.ask("GET", route("/streams"), [proxy.credentials, *fields], version="HTTP/1.0")
            answer = connection.read_answer()
            assert answer.content == b"onetwo"
            assert answer.framing in ("close", "length")
            assert "transfer-encoding" not in answer.fields


def test_answer_trailers_are_dropped(start_proxy):
    proxy = start_proxy(ChunkedOrigin(b"one", trailers=b"X-T: 1\r\nSet-Cookie: a=b\r\n"))
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("GET", route("/streams"), [proxy.credentials, ("TE", "trailers")])
            answer = connection.read_answer()
            assert (answer.content, answer.trailers.lines) == (b"one", [])
            assert "x-t" not in answer.fields


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
@pytest.mark.parametrize("content", [b"", b"till the end", b"x" * 300_000])
def test_close_delimited_answers_to_1_1_keep_the_connection(start_proxy, version, content):
    proxy = start_proxy(CloseDelimitedOrigin(content, version))
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert answer.content == content
            assert answer.framing == "chunked"


def test_close_delimited_answers_to_1_0_close(start_proxy):
    proxy = start_proxy(CloseDelimitedOrigin(b"till the end"))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials], version="HTTP/1.0")
        assert connection.read_answer().content == b"till the end"
        connection.expect_end()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "304 Not Modified"])
def test_head_keeps_the_length_of_what_get_would_bring(start_proxy, status):
    proxy = start_proxy(CannedOrigin(f"HTTP/1.1 {status}\r\nContent-Length: 1234\r\n\r\n".encode()))
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("HEAD", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert answer.status == int(status[:3])
            assert answer.fields.one("Content-Length") == "1234"


@pytest.mark.parametrize("origin", [ChunkedOrigin, CloseDelimitedOrigin])
def test_head_of_an_answer_without_length(start_proxy, origin):
    proxy = start_proxy(origin(b"content"))
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("HEAD", route("/streams"), [proxy.credentials])
            assert connection.read_answer().status == 200


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_answers_without_content(start_proxy, status):
    proxy = start_proxy(CannedOrigin(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()))
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert (answer.status, answer.content) == (int(status[:3]), b"")
            assert status[:3] == "304" or "content-length" not in answer.fields


def test_an_empty_line_before_a_status_line_is_not_an_answer(start_proxy):
    proxy = start_proxy(CannedOrigin(b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    assert proxy.ask("GET", "/streams").status in (200, 502)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 16384, 65535, 65536, 65537, 1_000_000])
def test_content_of_all_sizes_comes_through_whole(proxy, size):
    content = os.urandom(size)
    digest = hashlib.sha256(content).hexdigest()
    with proxy.connect() as connection:
        connection.send(post(proxy, content, ("Content-Length", str(size))))
        assert connection.read_answer("POST").json()["sha256"] == digest
        pieces = [content[start : start + 7919] for start in range(0, size, 7919)]
        connection.send(post(proxy, chunked(*pieces), CHUNKED))
        assert connection.read_answer("POST").json()["sha256"] == digest


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_a_long_answer_comes_through_whole(start_proxy, framing, version):
    proxy = start_proxy(BigOrigin(8, framing))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials], version=version)
        head = connection.read_head()
        assert checksum(connection.content(head).pieces()) == checksum(blocks(8))
        if framing == "length":
            assert head.fields.one("Content-Length") == str(8 * MEBIBYTE)
