"""Live previews: pictures come through at once, byte for byte, for as long as anyone watches."""

from __future__ import annotations

import os
import statistics
import threading
import time

import pytest

from accounts import bearer
from origins import BigOrigin, LiveOrigin, Origin
from origins.big import blocks, checksum
from origins.live import part
from vocabulary import FRAME, LIVE, assert_error, route

#: The contract: a picture reaches the client within 20 ms of the origin's write.
WITHIN = 0.020


def watch(connection, proxy, version="HTTP/1.1"):
    """Asks for the live preview; the head and the pieces that will come."""
    connection.ask("GET", route(LIVE), [proxy.credentials], version=version)
    head = connection.read_head()
    assert head.status == 200
    return head, connection.content(head).pieces()


def read_part(pieces, expected: bytes) -> None:
    """Reads until the expected part has come whole."""
    seen = b""
    while len(seen) < len(expected):
        seen += next(pieces)
    assert seen == expected


@pytest.mark.parametrize("framing", ["close", "chunked"])
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
@pytest.mark.parametrize("size", [100, 20_000, 200_000])
def test_pictures_arrive_within_20_milliseconds(start_proxy, framing, version, size):
    proxy = start_proxy(LiveOrigin(framing=framing))
    delays = []
    with proxy.connect() as connection:
        _, pieces = watch(connection, proxy, version)
        for number in range(60):
            picture = bytes([number]) * size
            sent = proxy.origin.send_part(picture)
            read_part(pieces, part(picture))
            delays.append(time.monotonic() - sent)
    assert statistics.median(delays) < WITHIN, sorted(delays)


def test_the_head_comes_before_the_first_picture(start_proxy):
    proxy = start_proxy(LiveOrigin())
    with proxy.connect() as connection:
        head, _ = watch(connection, proxy)
    assert head.fields.one("Content-Type") == "multipart/x-mixed-replace; boundary=frame"


def test_pictures_come_through_byte_for_byte(start_proxy):
    proxy = start_proxy(LiveOrigin())
    with proxy.connect() as connection:
        _, pieces = watch(connection, proxy)
        for size in (1, 1000, 65_536, 300_000):
            picture = os.urandom(size)
            proxy.origin.send_part(picture)
            read_part(pieces, part(picture))


def test_a_picture_in_small_writes_arrives_as_it_is_written(start_proxy):
    """No write waits for the next one."""
    proxy = start_proxy(LiveOrigin())
    with proxy.connect() as connection:
        _, pieces = watch(connection, proxy)
        proxy.origin.wait_until(lambda: proxy.origin.viewers)
        for byte in part(b"picture"):
            proxy.origin.viewers[0].send(bytes([byte]))
            assert next(pieces) == bytes([byte])


def test_several_viewers_each_have_their_own(start_proxy):
    proxy = start_proxy(LiveOrigin())
    connections = [proxy.connect() for _ in range(8)]
    try:
        watched = [watch(connection, proxy)[1] for connection in connections]
        for number, pieces in enumerate(watched):
            proxy.origin.send_part(b"for %d" % number, number)
            read_part(pieces, part(b"for %d" % number))
    finally:
        for connection in connections:
            connection.close()


def test_live_needs_the_right_to_view(start_proxy, accounts):
    proxy = start_proxy(LiveOrigin())
    assert_error(proxy.ask("GET", LIVE, credentials=None), 401, 11065)
    assert_error(proxy.ask("GET", LIVE, credentials=bearer(accounts.ann.tokens["modification"])), 403, 11059)
    assert_error(proxy.ask("HEAD", LIVE), 405, 12021, method="HEAD")
    assert proxy.origin.connections == []


def test_an_origin_that_ends_ends_the_preview(start_proxy):
    proxy = start_proxy(LiveOrigin())
    with proxy.connect() as connection:
        _, pieces = watch(connection, proxy)
        proxy.origin.send_part(b"last")
        read_part(pieces, part(b"last"))
        proxy.origin.viewers[0].shut()
        assert list(pieces) == []


def test_ordinary_calls_go_on_beside_live_previews(start_proxy):
    """One worker carries twenty previews and answers everyone else without delay."""
    proxy = start_proxy(LiveOrigin(interval=0.02, size=20_000), workers=1)
    connections = [proxy.connect() for _ in range(20)]
    stop = threading.Event()

    def view(pieces) -> None:
        while not stop.is_set():
            next(pieces)

    viewers = [threading.Thread(target=view, args=(watch(connection, proxy)[1],)) for connection in connections]
    for viewer in viewers:
        viewer.start()
    delays = []
    for _ in range(30):
        begin = time.monotonic()
        assert proxy.ask("OPTIONS", "/streams").status == 204
        delays.append(time.monotonic() - begin)
    stop.set()
    for viewer in viewers:
        viewer.join(10)
    for connection in connections:
        connection.close()
    assert statistics.median(delays) < 0.2, sorted(delays)


def test_a_frame_is_a_file_like_any_other(start_proxy):
    proxy = start_proxy(BigOrigin(2))
    answer = proxy.ask("GET", FRAME)
    assert checksum(iter([answer.content])) == checksum(blocks(2))
    assert "x-accel-buffering" not in answer.fields


def test_an_error_instead_of_a_preview_passes(start_proxy):
    class Missing(Origin):
        """No preview for this stream."""

        def serve(self, connection):
            connection.read_request()
            content = b'{"error_code": 39009, "desc": "Object not found", "detail": "Not found \'live\'", "link": ""}'
            connection.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content))

    answer = start_proxy(Missing()).ask("GET", LIVE)
    assert (answer.status, answer.code) == (404, 39009)
