"""An upstream that refuses, breaks off or answers garbage: 502 with its code, or a cut connection (section 5)."""

from __future__ import annotations

import json

import pytest

from bytestream import Incomplete
from origins import (
    HEAD_ABUSES,
    CannedOrigin,
    EchoOrigin,
    GarbageOrigin,
    HeadAbusingOrigin,
    RefusingOrigin,
    TruncatingOrigin,
)
from origins.garbage import GARBAGE
from origins.tls import PlainOrigin, SelfSignedOrigin
from vocabulary import LIVE, STREAM, assert_error, route


@pytest.mark.parametrize(
    "method, path", [("GET", "/streams"), ("POST", "/streams"), ("GET", LIVE), ("DELETE", "/streams/logs")]
)
def test_refused_is_16(start_proxy, method, path):
    proxy = start_proxy(RefusingOrigin())
    assert_error(proxy.ask(method, path, content=b"{}" if method == "POST" else None), 502, 16)


def test_refused_keeps_the_clients_connection(start_proxy):
    proxy = start_proxy(RefusingOrigin())
    with proxy.connect() as connection:
        for _ in range(5):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            assert_error(connection.read_answer(), 502, 16)


def test_a_name_that_does_not_resolve_is_16(start_proxy):
    proxy = start_proxy("http://luna-streams.invalid:5160")
    assert_error(proxy.ask("GET", "/streams"), 502, 16)


def test_an_upstream_that_does_not_speak_tls(start_proxy):
    proxy = start_proxy(PlainOrigin(), timeouts={"connect": 3})
    assert_error(proxy.ask("GET", "/streams"), 502, 13, 14)


def test_an_upstream_that_nobody_vouches_for(start_proxy, tmp_path):
    proxy = start_proxy(SelfSignedOrigin(tmp_path))
    assert_error(proxy.ask("GET", "/streams"), 502, 13, 14)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("form", ["nothing", "status line", "head", "interim"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_broken_off_before_the_head_was_whole_is_10(start_proxy, form, method):
    proxy = start_proxy(TruncatingOrigin(form))
    answer = proxy.ask(method, "/streams", content=b"{}" if method == "POST" else None)
    assert_error(answer, 502, 10)
    assert len(proxy.origin.requests) == 1


@pytest.mark.parametrize("form", ["length", "length without content", "chunked", "chunk", "last chunk"])
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_broken_off_content_never_looks_whole(start_proxy, form, version):
    """After the head the connection is cut: no terminating chunk, no second head (sections 5 and 7)."""
    proxy = start_proxy(TruncatingOrigin(form))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials], version=version)
        head = connection.read_head()
        if head.status == 502:
            assert form == "length without content"
            return
        content = connection.content(head)
        if content.framing == "close":
            content.read()
            assert connection.stream.was_reset, "a close-delimited answer that broke off must not end like a whole one"
            return
        with pytest.raises(Incomplete):
            content.read()


@pytest.mark.parametrize("form", ["length", "chunked", "until close"])
def test_a_reset_within_content_never_looks_whole(start_proxy, form):
    proxy = start_proxy(TruncatingOrigin(form, by_reset=True))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head = connection.read_head()
        pieces = connection.content(head).pieces()
        assert next(pieces)
        proxy.origin.allow_reset()
        with pytest.raises(Incomplete):
            for _ in pieces:
                pass


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_4(start_proxy, kind):
    proxy = start_proxy(GarbageOrigin(kind))
    for path in ("/streams", LIVE):
        # Bytes that end within a line may as well count as broken off.
        assert_error(proxy.ask("GET", path), 502, 4, *([10] if b"\r\n" not in GARBAGE[kind] else []))


@pytest.mark.parametrize("name", HEAD_ABUSES)
def test_an_answer_that_can_not_be_trusted_is_4(start_proxy, name):
    proxy = start_proxy(HeadAbusingOrigin(name))
    assert_error(proxy.ask("GET", "/streams"), 502, 4)


CHUNK_ABUSES = {
    "no hexadecimal": b"xyz\r\nok\r\n0\r\n\r\n",
    "prefix 0x": b"0x2\r\nok\r\n0\r\n\r\n",
    "sign": b"+2\r\nok\r\n0\r\n\r\n",
    "negative": b"-2\r\nok\r\n0\r\n\r\n",
    "empty size": b"\r\nok\r\n0\r\n\r\n",
    "overflow": b"fffffffffffffffff\r\nok\r\n0\r\n\r\n",
    "no CRLF after the data": b"2\r\nok0\r\n\r\n",
    "too much data": b"2\r\nokay\r\n0\r\n\r\n",
    "bare LF after the size": b"2\nok\r\n0\r\n\r\n",
    "bare LF after the data": b"2\r\nok\n0\r\n\r\n",
    "space before the size": b" 2\r\nok\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", CHUNK_ABUSES)
@pytest.mark.parametrize("first", [b"", b"5\r\nfirst\r\n"])
def test_bad_chunks_never_look_whole(start_proxy, name, first):
    """Where the head hasn't gone out yet, the client hears 502; where it has, the connection is cut."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    proxy = start_proxy(CannedOrigin(head + first + CHUNK_ABUSES[name], then="stall"))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head, _ = connection.read_final_head()
        if head.status == 502:
            assert json.loads(connection.content(head).read())["error_code"] == 4
            return
        with pytest.raises(Incomplete):
            connection.content(head).read()


def test_more_content_than_the_length_is_not_passed_on(start_proxy):
    """What follows belongs to no request; the upstream connection is not used again."""
    proxy = start_proxy(
        CannedOrigin(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + b"HTTP/1.1 200 OK\r\n\r\nevil")
    )
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            assert connection.read_answer().content == b"ok"
    assert len({request.connection for request in proxy.origin.requests}) == 3


def test_content_after_an_answer_that_has_none(start_proxy):
    for status in ("204 No Content", "304 Not Modified"):
        proxy = start_proxy(
            CannedOrigin(f"HTTP/1.1 {status}\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil".encode())
        )
        with proxy.connect() as connection:
            for _ in range(2):
                connection.ask("GET", route("/streams"), [proxy.credentials])
                assert connection.read_answer().content == b""


def test_content_after_an_answer_to_head(start_proxy):
    proxy = start_proxy(CannedOrigin(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"))
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("HEAD", route("/streams"), [proxy.credentials])
            assert connection.read_answer().status == 200
    assert len({request.connection for request in proxy.origin.requests}) == 3


def test_answers_in_http_1_0_are_fine(start_proxy):
    proxy = start_proxy(CannedOrigin(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", then="close"))
    assert proxy.ask("GET", f"/streams/{STREAM}").content == b"ok"


def test_failures_do_not_outlast_their_cause(start_proxy):
    """An origin that comes back is used at once."""
    origin = EchoOrigin()
    proxy = start_proxy(origin.url)
    assert_error(proxy.ask("GET", "/streams"), 502, 16)
    origin.start()
    try:
        assert proxy.ask("GET", "/streams").status == 200
    finally:
        origin.close()
