"""An answer that comes before its request's content is read says that the connection closes, or it goes on: no request
that comes after it is lost, neither the client's own nor, behind a balancer, somebody else's."""

from __future__ import annotations

import http.client
import threading

import pytest

import plugins
from accounts import bearer
from origins import EarlyResponseOrigin, EchoOrigin
from plugins import MIRROR
from proxy_process import PREFIX
from vocabulary import route
from wire import Connection, chunked, request_bytes

JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
SIZES = [1, 40_000, 70_000, 200_000]


def pieces(size: int) -> "list[bytes]":
    return [b"x" * min(16_384, size - start) for start in range(0, size, 16_384)]


def refused(accounts) -> "dict[str, tuple[str, str, list[tuple[str, str]], int]]":
    """Name → method, target, fields, status."""
    every, viewer = bearer(accounts.ann.tokens["all"]), bearer(accounts.ann.tokens["view"])
    streams = route("/streams")
    return {
        "401": ("POST", streams, [], 401),
        "403": ("POST", streams, [viewer], 403),
        "404": ("POST", route("/nowhere"), [every], 404),
        "405": ("PATCH", streams, [every], 405),
        "400": ("POST", streams, [every, ("Content-Encoding", "gzip"), JSON], 400),
        "tokens": ("POST", "/6/tokens", [every, JSON], 403),
    }


NAMES = ["401", "403", "404", "405", "400", "tokens"]


@pytest.fixture(scope="module")
def separating(start_module_proxy):
    return start_module_proxy(EchoOrigin(), workers=1, isolation=1)


def assert_goes_on_or_says_so(proxy, request: bytes, content: bytes, status: int) -> None:
    with proxy.connect() as connection:
        connection.send(request)
        sender = threading.Thread(target=send_quietly, args=(connection, content), daemon=True)
        sender.start()
        answer = connection.read_answer("POST")
        assert answer.status == status
        if (answer.fields.one("Connection") or "") == "close":
            connection.expect_end()
            sender.join(20)
            return
        sender.join(20)
        connection.ask("GET", "/version")
        assert connection.read_answer("GET").status == 200, "the next request is lost"


def send_quietly(connection, content: bytes) -> None:
    try:
        connection.send(content)
    except OSError:
        pass


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("is_chunked", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_of_every_status(separating, accounts, name, size, is_chunked):
    method, target, fields, status = refused(accounts)[name]
    framing = CHUNKED if is_chunked else ("Content-Length", str(size))
    content = chunked(*pieces(size)) if is_chunked else b"x" * size
    assert_goes_on_or_says_so(separating, request_bytes(method, target, [*fields, framing]), content, status)


@pytest.mark.parametrize("size", [2_000_000])
@pytest.mark.parametrize("target, codes", [("/streams", 413), ("/6/tokens", 413)])
def test_of_content_that_becomes_too_long(separating, accounts, target, codes, size):
    """It is gathered up to a bound, and then nobody reads on."""
    path = target if target.startswith("/6") else route(target)
    head = request_bytes("POST", path, [accounts.ann.basic, JSON, CHUNKED])
    assert_goes_on_or_says_so(separating, head, chunked(*pieces(size)), codes)


@pytest.mark.parametrize("then", ["close", "drain", "ignore"])
@pytest.mark.parametrize("size", SIZES)
def test_of_early_answers_of_luna_streams(start_proxy, then, size):
    proxy = start_proxy(EarlyResponseOrigin(then), workers=1)
    head = request_bytes("POST", route("/streams"), [proxy.credentials, CHUNKED])
    assert_goes_on_or_says_so(proxy, head, chunked(*pieces(size)), 413)


@pytest.fixture(scope="module")
def with_plugin(start_module_proxy):
    proxy = start_module_proxy(
        EchoOrigin(),
        workers=1,
        prepare=lambda folder: plugins.add(folder, "mirror", MIRROR),
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror"],
    )
    plugins.wait_running(proxy, "mirror")
    return proxy


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path, status", [("/mirror", 401), ("/nowhere", 404)])
def test_of_plugins(with_plugin, accounts, size, path, status):
    fields = [CHUNKED] if status == 401 else [CHUNKED, accounts.ann.basic]
    head = request_bytes("POST", "/6/plugins/mirror" + path, fields)
    assert_goes_on_or_says_so(with_plugin, head, chunked(*pieces(size)), status)


def test_small_content_that_has_come_with_its_head_costs_no_connection(separating):
    with separating.connect() as connection:
        for _ in range(5):
            connection.send(request_bytes("POST", route("/streams"), [CHUNKED]) + chunked(b"{}", b"x" * 1000))
            answer = connection.read_answer("POST")
            assert answer.status == 401
            assert "connection" not in answer.fields.names


@pytest.mark.parametrize("size", [40_000, 70_000, 200_000])
def test_http_client_loses_no_next_request(separating, size):
    connection = http.client.HTTPConnection(*separating.address, timeout=20)
    for _ in range(20):
        try:
            content = iter(pieces(size))
            connection.request("POST", route("/streams"), content, dict([CHUNKED]), encode_chunked=True)
        except (BrokenPipeError, ConnectionResetError):
            connection.close()  # It is told by the connection's end; there was no answer to go on after.
            continue
        answer = connection.getresponse()
        assert answer.status == 401
        answer.read()
        connection.request("GET", "/version")
        assert connection.getresponse().read()
    connection.close()


# Behind a balancer

HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend all
    bind 127.0.0.1:{own}
    default_backend luna
backend luna
    http-reuse always
    server one 127.0.0.1:{port}
"""
CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{own} {{
    reverse_proxy 127.0.0.1:{port}
}}
"""
NGINX = """
    upstream luna {{ server 127.0.0.1:{port}; keepalive 8; }}
    server {{
        listen 127.0.0.1:{own};
        location / {{
            proxy_pass http://luna;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_request_buffering off;
        }}
    }}
"""
BALANCERS = {"haproxy": HAPROXY, "caddy": CADDY, "nginx": NGINX}


@pytest.mark.parametrize("name", BALANCERS)
def test_behind_a_balancer_no_request_of_others_is_lost(start_proxy, accounts, fronts, name):
    """Refused uploads in chunks, while others create streams over the same connections."""
    proxy = start_proxy(EchoOrigin(), workers=1)
    address = getattr(fronts, name)(proxy, BALANCERS[name])
    every = bearer(accounts.ann.tokens["all"])
    streams = route("/streams")
    refusals = [("POST", streams, []), ("POST", route("/nowhere"), [every]), ("PATCH", streams, [every])]
    is_over = threading.Event()
    statuses: "list[int]" = []

    def refuse(number: int) -> None:
        method, target, fields = refusals[number % len(refusals)]
        while not is_over.is_set():
            try:
                with Connection(address) as connection:
                    connection.send(request_bytes(method, target, [*fields, CHUNKED]))
                    send_quietly(connection, chunked(*pieces(200_000)))
                    connection.read_answer(method)
            except (OSError, EOFError):
                pass

    def create() -> None:
        with Connection(address) as connection:
            for _ in range(150):
                connection.ask("POST", route("/streams"), [every], b"{}")
                answer = connection.read_answer("POST")
                statuses.append(answer.status)
                if "close" in (answer.fields.one("Connection") or ""):
                    return

    attackers = [threading.Thread(target=refuse, args=(number,), daemon=True) for number in range(3)]
    others = [threading.Thread(target=create, daemon=True) for _ in range(4)]
    for thread in attackers + others:
        thread.start()
    for thread in others:
        thread.join(60)
    is_over.set()
    for thread in attackers:
        thread.join(20)
    assert len(statuses) >= 600 and set(statuses) == {200}
