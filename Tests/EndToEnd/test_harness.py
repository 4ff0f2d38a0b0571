"""The instruments themselves: clients and origins against each other, without a proxy between them."""

from __future__ import annotations

import socket
import threading

import pytest

from bytestream import ByteStream, Incomplete, Malformed, Silence
from messages import content_after, read_answer_head
from origins import (
    BlackholeOrigin,
    CannedOrigin,
    ChunkedOrigin,
    CloseDelimitedOrigin,
    EchoOrigin,
    KeepAliveClosingOrigin,
)
from origins import (
    InterimOrigin,
    LiveOrigin,
    LoadOrigin,
    RefusingOrigin,
    StallingOrigin,
    TruncatingOrigin,
    WebSocketOrigin,
)
from origins.big import MEBIBYTE, BigOrigin, blocks, checksum
from wire import Connection, chunked, request_bytes


@pytest.fixture
def serve():
    started = []

    def start(origin):
        started.append(origin.start())
        return origin

    yield start
    for origin in started:
        origin.close()


def read(data: bytes, method: str = "GET"):
    """An answer parsed from bytes after which the peer closes."""
    left, right = socket.socketpair()
    with left, right:
        right.sendall(data)
        right.shutdown(socket.SHUT_WR)
        stream = ByteStream(left, 1)
        head = read_answer_head(stream)
        return head, content_after(head, stream, method).read()


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_the_reader_refuses_what_is_malformed(data):
    with pytest.raises(Malformed):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nxy",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Len",
    ],
)
def test_the_reader_sees_what_is_incomplete(data):
    with pytest.raises(Incomplete):
        read(data)


def test_an_echo_tells_what_it_received(serve):
    origin = serve(EchoOrigin())
    with Connection(origin.address) as connection:
        connection.ask("POST", "/a?b", [("X-A", "1")], b"hello")
        connection.ask("HEAD", "/c")
        first, second = connection.read_answer(), connection.read_answer()
    assert first.json()["target"] == "/a?b" and first.json()["content"] == "hello"
    assert ["X-A", "1"] in first.json()["fields"]
    assert second.content == b"" and second.fields.one("Content-Length") != "0"
    assert [request.method for request in origin.complete] == ["POST", "HEAD"]


def test_a_malformed_request_fails_the_origin():
    origin = EchoOrigin().start()
    with Connection(origin.address) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost : x\r\n\r\n")
        connection.expect_end()
    with pytest.raises(AssertionError, match="malformed"):
        origin.close()


def test_chunks_both_ways(serve):
    origin = serve(EchoOrigin())
    with Connection(origin.address) as connection:
        head = request_bytes("POST", "/", [("Transfer-Encoding", "chunked")])
        connection.send(head + chunked(b"ab", b"c", trailers=b"X-T: 1\r\n"))
        echo = connection.read_answer().json()
    assert (echo["content"], echo["trailers"]) == ("abc", [["X-T", "1"]])
    with Connection(serve(ChunkedOrigin(b"one", b"two", extension=b";a=b")).address) as connection:
        connection.ask("GET", "/")
        with pytest.raises(Malformed):  # Extensions are for the proxy to drop; the client here knows none.
            connection.read_answer()


def test_silence_has_a_deadline(serve):
    with Connection(serve(StallingOrigin()).address, timeout=0.2) as connection:
        connection.ask("GET", "/")
        with pytest.raises(Silence):
            connection.read_answer()


def test_unreachable_origins(serve):
    with pytest.raises(ConnectionRefusedError):
        Connection(serve(RefusingOrigin()).address)
    with pytest.raises(socket.timeout):
        Connection(serve(BlackholeOrigin()).address, timeout=0.3)


def test_truncated_and_reset(serve):
    with Connection(serve(TruncatingOrigin("chunked")).address) as connection:
        connection.ask("GET", "/")
        with pytest.raises(Incomplete):
            connection.read_answer()
    origin = serve(TruncatingOrigin("length", by_reset=True))
    with Connection(origin.address) as connection:
        connection.ask("GET", "/")
        head = connection.read_head()
        origin.allow_reset()
        with pytest.raises(Incomplete):
            connection.content(head).read()
        assert connection.stream.was_reset


def test_interim_and_close_delimited(serve):
    with Connection(serve(InterimOrigin()).address) as connection:
        connection.ask("GET", "/")
        answer = connection.read_answer()
    assert [head.status for head in answer.interim] == [103] and answer.status == 200
    with Connection(serve(CloseDelimitedOrigin(b"till the end")).address) as connection:
        connection.ask("GET", "/")
        assert connection.read_answer().content == b"till the end"


def test_persistent_connections_that_end(serve):
    origin = serve(KeepAliveClosingOrigin("on request", answers=1))
    with Connection(origin.address) as connection:
        connection.ask("GET", "/1")
        connection.read_answer()
        connection.ask("GET", "/2")
        with pytest.raises(EOFError):
            connection.read_answer()
    assert [request.complete for request in origin.requests] == [True, False]


def test_a_tunnel_echoes(serve):
    with Connection(serve(WebSocketOrigin(early=b"hi")).address) as connection:
        connection.ask("GET", "/", [("Connection", "Upgrade"), ("Upgrade", "websocket")])
        assert connection.read_final_head()[0].status == 101
        assert connection.stream.read_exactly(2) == b"hi"
        connection.send(b"ping")
        assert connection.stream.read_exactly(4) == b"ping"


def test_live_parts_on_command_and_the_end_seen(serve):
    origin = serve(LiveOrigin())
    connection = Connection(origin.address)
    connection.ask("GET", "/")
    pieces = connection.content(connection.read_head()).pieces()
    origin.send_part(b"picture")
    assert b"picture" in next(pieces)
    connection.close()
    origin.wait_for_cut(0, 1)


def test_big_content_is_checked_without_storing(serve):
    origin = serve(BigOrigin(3))
    with Connection(origin.address) as connection:
        connection.ask("GET", "/")
        answer = checksum(connection.content(connection.read_head()).pieces())
        assert answer == checksum(blocks(3))
        connection.send(request_bytes("POST", "/")[:-2] + b"Content-Length: %d\r\n\r\n" % (2 * MEBIBYTE))
        for block in blocks(2):
            connection.send(block)
        size, crc = checksum(blocks(2))
        assert connection.read_answer().json() == {"size": size, "crc": crc}


def test_the_load_origin_serves_pipelined_requests():
    origin = LoadOrigin().start()
    try:
        with Connection(("127.0.0.1", origin.port)) as connection:
            for _ in range(3):
                connection.ask("GET", "/")
            assert [connection.read_answer().status for _ in range(3)] == [200] * 3
    finally:
        origin.close()


def test_a_canned_answer_leaves_as_it_is(serve):
    origin = serve(CannedOrigin(b"HTTP/1.0 299 Odd\r\n\r\nx", then="close"))
    with Connection(origin.address) as connection:
        connection.ask("GET", "/")
        answer = connection.read_answer()
    assert (answer.status, answer.head.reason, answer.content) == (299, "Odd", b"x")
    assert threading.active_count() < 50
