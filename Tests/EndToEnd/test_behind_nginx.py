"""nginx in front of us: its way of speaking, its buffering, its upgrades."""

from __future__ import annotations

import json
import threading
import time

import pytest

from origins import EchoOrigin, LiveOrigin, WebSocketOrigin
from origins.live import part
from proxy_process import PREFIX
from vocabulary import LIVE, assert_error, route
from wire import Connection

SERVER = """
    client_max_body_size 64m;
    upstream luna {{ server 127.0.0.1:{port}; {keepalive} }}
    server {{
        listen 127.0.0.1:{own};
        location {prefix}/ {{
            proxy_pass http://luna;
            proxy_set_header Host $http_host;
            {speaking}
        }}
    }}
"""
#: How administrators usually have nginx speak to an upstream.
SPEAKING = {
    "1.0": "",
    "1.1": "proxy_http_version 1.1; proxy_set_header Connection '';",
    "upgrade": "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
    "unbuffered": "proxy_http_version 1.1; proxy_set_header Connection ''; proxy_request_buffering off;",
}


@pytest.fixture
def nginx(fronts):
    """Gives a function that starts nginx before a proxy and tells the address it listens on."""

    def start(proxy, speaking: str) -> "tuple[str, int]":
        keepalive = "" if speaking == "1.0" else "keepalive 8;"
        return fronts.nginx(proxy, SERVER, prefix=PREFIX, speaking=SPEAKING[speaking], keepalive=keepalive)

    return start


@pytest.mark.parametrize("speaking", SPEAKING)
def test_calls_through_nginx(start_proxy, nginx, speaking):
    proxy = start_proxy(EchoOrigin())
    with Connection(nginx(proxy, speaking)) as connection:
        for number in range(20):
            content = b"%d" % number * 1000
            connection.ask("POST", route(f"/streams?n={number}"), [proxy.credentials], content)
            echo = connection.read_answer().json()
            assert (echo["target"], echo["content"]) == (f"/1/streams?n={number}", content.decode())
            connection.ask("GET", route("/streams"), [proxy.credentials])
            assert connection.read_answer().status == 200
        connection.ask("GET", route("/streams"))
        assert_error(connection.read_answer(), 401, 11065)
        connection.ask("HEAD", route("/streams"), [proxy.credentials])
        assert connection.read_answer().status == 200


def test_many_at_once_through_nginx(start_proxy, nginx):
    proxy = start_proxy(EchoOrigin())
    address = nginx(proxy, "1.1")
    statuses = []

    def work() -> None:
        with Connection(address) as connection:
            for _ in range(50):
                connection.ask("GET", route("/streams"), [proxy.credentials])
                statuses.append(connection.read_answer().status)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [200] * 800


@pytest.mark.parametrize("speaking", ["1.0", "1.1"])
def test_a_live_preview_through_nginx_is_not_buffered(start_proxy, nginx, speaking):
    """Our `X-Accel-Buffering: no` does it; nginx's settings say nothing of it."""
    proxy = start_proxy(LiveOrigin())
    with Connection(nginx(proxy, speaking)) as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head = connection.read_head()
        assert head.status == 200
        pieces = connection.content(head).pieces()
        for number in range(10):
            sent = proxy.origin.send_part(b"picture %d" % number)
            expected, seen = part(b"picture %d" % number), b""
            while len(seen) < len(expected):
                seen += next(pieces)
            assert seen == expected
            assert time.monotonic() - sent < 0.5
    proxy.origin.wait_for_cut(0, 2)


def test_a_tunnel_through_nginx(start_proxy, nginx):
    proxy = start_proxy(WebSocketOrigin())
    with Connection(nginx(proxy, "upgrade")) as connection:
        fields = [proxy.credentials, ("Connection", "Upgrade"), ("Upgrade", "websocket")]
        connection.ask("GET", route(LIVE), fields)
        assert connection.read_final_head()[0].status == 101
        for number in range(20):
            connection.send(b"%8d" % number)
            assert connection.stream.read_exactly(8) == b"%8d" % number


def test_a_long_upload_through_nginx(start_proxy, nginx):
    proxy = start_proxy(EchoOrigin())
    for speaking in ("1.0", "unbuffered"):
        with Connection(nginx(proxy, speaking)) as connection:
            connection.ask("POST", route("/streams"), [proxy.credentials], b"x" * 8_000_000)
            assert json.loads(connection.read_answer().content)["size"] == 8_000_000
