"""Content whose framing is broken: no whole request ever reaches the upstream (RFC 9112, section 7.1)."""

from __future__ import annotations

import pytest

from origins import EchoOrigin
from vocabulary import assert_error, route
from wire import chunked, request_bytes

SMUGGLED = b"GET /6/plugins/luna-streams/streams?smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

#: Chunked content with one defect each (Http11Probe, HTTP Garden, CVE-2023-38697, CVE-2025-43859, CVE-2025-55315).
DEFECTS = {
    "size with 0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "size with plus": b"+5\r\nhello\r\n0\r\n\r\n",
    "size with minus": b"-5\r\nhello\r\n0\r\n\r\n",
    "size minus zero": b"-0\r\n\r\n",
    "size empty": b"\r\nhello\r\n0\r\n\r\n",
    "size with underscore": b"0_5\r\nhello\r\n0\r\n\r\n",
    "size no hexadecimal": b"g\r\nhello\r\n0\r\n\r\n",
    "size with a leading space": b" 5\r\nhello\r\n0\r\n\r\n",
    "size with a leading tab": b"\t5\r\nhello\r\n0\r\n\r\n",
    "size with a comma": b"5,5\r\nhello\r\n0\r\n\r\n",
    "size with a point": b"5.0\r\nhello\r\n0\r\n\r\n",
    "size with a high byte": b"5\xff\r\nhello\r\n0\r\n\r\n",
    "size with NUL": b"5\x00\r\nhello\r\n0\r\n\r\n",
    "size of 2^64": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "size of 2^63": b"8000000000000005\r\nhello\r\n0\r\n\r\n",
    "size of 17 digits": b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "size of 32 bits over": b"100000005\r\nhello\r\n0\r\n\r\n" + b"x" * 100,
    "size of many digits": b"f" * 5000 + b"\r\nhello\r\n0\r\n\r\n",
    "bare LF after the size": b"5\nhello\r\n0\r\n\r\n",
    "bare CR after the size": b"5\rhello\r\n0\r\n\r\n",
    "CR CR LF after the size": b"5\r\r\nhello\r\n0\r\n\r\n",
    "bare LF after the data": b"5\r\nhello\n0\r\n\r\n",
    "no CRLF after the data": b"5\r\nhello0\r\n\r\n",
    "two other bytes after the data": b"5\r\nhelloXX0\r\n\r\n",
    "CR and another after the data": b"5\r\nhello\rX0\r\n\r\n",
    "data longer than its size": b"5\r\nhello!\r\n0\r\n\r\n",
    "bare LF in the last chunk": b"5\r\nhello\r\n0\n\n",
    "bare LF at the very end": b"5\r\nhello\r\n0\r\n\n",
    "bare LF in an extension": b"5;a\nhello\r\n0\r\n\r\n",
    "bare CR in an extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "NUL in an extension": b"5;a\x00\r\nhello\r\n0\r\n\r\n",
    "control in an extension": b"5;a=\x01\r\nhello\r\n0\r\n\r\n",
    "an endless extension": b"5;" + b"a" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
    "bad trailer": b"5\r\nhello\r\n0\r\nno colon\r\n\r\n",
    "trailer with a space before the colon": b"5\r\nhello\r\n0\r\nX : y\r\n\r\n",
    "bare LF in trailers": b"5\r\nhello\r\n0\r\nX: y\n\r\n",
    "fold in trailers": b"5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
    "NUL in trailers": b"5\r\nhello\r\n0\r\nX: \x00\r\n\r\n",
    "endless trailers": b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "content instead of chunks": b"hello, world\r\n\r\n",
}


def attack(proxy, raw: bytes, slowly: bool = False) -> bytes:
    """Sends a request with broken content and another behind it; gives all that came back."""
    head = request_bytes("POST", route("/streams?attacked"), [proxy.credentials, ("Transfer-Encoding", "chunked")])
    with proxy.connect() as connection:
        try:
            connection.send(head)
            (connection.send_slowly if slowly else connection.send)(raw)
            connection.send(SMUGGLED)
            connection.half_close()
        except ConnectionError:
            pass  # It has seen enough.
        return connection.stream.read_to_end()


@pytest.mark.parametrize("name", DEFECTS)
def test_broken_chunks_end_the_exchange(start_proxy, name):
    proxy = start_proxy(EchoOrigin())
    rest = attack(proxy, DEFECTS[name])
    assert rest == b"" or rest.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 ", b"HTTP/1.1 431 ")), rest[:200]
    assert rest.count(b"HTTP/1.1 ") <= 1
    assert proxy.origin.complete == []
    assert len(proxy.origin.requests) <= 1


@pytest.mark.parametrize("name", list(DEFECTS)[::5])
def test_broken_chunks_byte_by_byte(start_proxy, name):
    proxy = start_proxy(EchoOrigin())
    rest = attack(proxy, DEFECTS[name][:2000], slowly=True)
    assert rest == b"" or rest.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 ", b"HTTP/1.1 431 ")), rest[:200]
    assert proxy.origin.complete == []


def test_broken_chunks_that_come_with_the_head_are_told(proxy):
    """Nothing has been answered yet, so the client hears why."""
    head = request_bytes("POST", route("/streams"), [proxy.credentials, ("Transfer-Encoding", "chunked")])
    with proxy.connect() as connection:
        connection.send(head + b"xyz\r\n")
        assert_error(connection.read_answer("POST"), 400, 12046)
        connection.expect_end()
    assert proxy.origin.complete == []


@pytest.mark.parametrize("extension", [b";a=b", b";a", b';a="quoted ; text"', b" ; a = b"])
def test_chunk_extensions_are_dropped_or_refused(proxy, extension):
    head = request_bytes("POST", route("/streams"), [proxy.credentials, ("Transfer-Encoding", "chunked")])
    with proxy.connect() as connection:
        connection.send(head + b"5" + extension + b"\r\nhello\r\n0" + extension + b"\r\n\r\n")
        answer = connection.read_answer("POST")
    if answer.status == 200:
        assert answer.json()["content"] == "hello"
        assert extension.strip() not in b"".join(bytes(upstream.raw) for upstream in proxy.origin.connections)
    else:
        assert_error(answer, 400, 12046)
        assert proxy.origin.complete == []


def test_many_tiny_chunks_are_bounded_or_carried(proxy):
    content = chunked(*[b"x"] * 20_000)
    head = request_bytes("POST", route("/streams"), [proxy.credentials, ("Transfer-Encoding", "chunked")])
    with proxy.connect() as connection:
        try:
            connection.send(head + content)
        except ConnectionError:
            pass
        answer = connection.read_answer("POST")
    if answer.status == 200:
        assert answer.json()["size"] == 20_000
    else:
        assert_error(answer, answer.status, 12046)
        assert proxy.origin.complete == []


def test_content_shorter_than_its_length_is_never_whole(proxy):
    with proxy.connect() as connection:
        connection.send(
            request_bytes("POST", route("/streams"), [proxy.credentials, ("Content-Length", "10")]) + b"short"
        )
        connection.half_close()
        rest = connection.stream.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 400 ")
    assert proxy.origin.complete == []


def test_content_longer_than_its_length_is_the_next_request(proxy):
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Content-Length", "5")]
        connection.send(request_bytes("POST", route("/streams?longer"), fields) + b"hello world\r\n\r\n")
        assert connection.read_answer("POST").json()["content"] == "hello"
        assert_error(connection.read_answer("POST"), 400, 12046)
        connection.expect_end()
    # The test before may have left a request that is only now noted.
    assert [one.target for one in proxy.origin.requests].count("/1/streams?longer") == 1
    assert all(b"world" not in one.content for one in proxy.origin.requests)
