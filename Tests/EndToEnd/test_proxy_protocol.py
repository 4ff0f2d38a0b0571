"""PROXY protocol: from trusted proxies it is required, from others refused; by our own bytes, by HAProxy and by nginx."""

from __future__ import annotations

import socket
import struct

import pytest

from access_log import line_of
from metrics import Metrics
from origins import EchoOrigin, LiveOrigin
from origins.live import part
from vocabulary import LIVE, route
from wire import Connection, eventually, request_bytes

CLIENT = "192.0.2.7"
V1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command: int = 0x21, family: int = 0x11, rest: "bytes | None" = None) -> bytes:
    if rest is None:
        rest = socket.inet_aton(CLIENT) + socket.inet_aton("198.51.100.1") + struct.pack("!HH", 12345, 443)
    return SIGNATURE + struct.pack("!BBH", command, family, len(rest)) + rest


SIX = socket.inet_pton(socket.AF_INET6, "2001:db8::7") + bytes(16) + struct.pack("!HH", 1, 2)
HEADERS = [
    (V1, CLIENT),
    (b"PROXY TCP6 2001:db8::7 ::1 1 2\r\n", "2001:db8::7"),
    (b"PROXY UNKNOWN\r\n", "127.0.0.2"),
    (v2(), CLIENT),
    (v2(0x21, 0x21, SIX), "2001:db8::7"),
    (v2(0x20, 0x00, b""), "127.0.0.2"),
    (v2(0x21, 0x31, bytes(216)), "127.0.0.2"),
    (v2(0x21, 0x21, SIX + b"\x04\0\x03abc"), "2001:db8::7"),
]
BAD = [
    b"PROXY TCP4 192.0.2.7 198.51.100.1 99999 443\r\n",
    b"PROXY TCP4 192.0.2.7\r\n",
    b"PROXY UNKNOWN" + b"x" * 200,
    SIGNATURE + b"\x31\x11\0\0",
    v2(0x21, 0x11, b"abc"),
    v2(0x21, 0x11, socket.inet_aton(CLIENT) * 2 + bytes(4) + b"\x03\0\x04abcd"),
    SIGNATURE + b"\x21\x11\xff\xff",
]


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def own(request, start_proxy):
    """It listens for clients of its own at 127.0.0.1 and behind a proxy at 127.0.0.2."""
    changes = {"TLS": request.getfixturevalue("certificate").settings} if request.param else {}
    return start_proxy(
        EchoOrigin(),
        TRUSTED_PROXIES=["127.0.0.2"],
        PROXY_PROTOCOL="accept",
        **changes,
    )


def served(proxy, *pieces: bytes) -> str:
    """The address of the client as the log has it, and as Luna-Streams was told it."""
    raw = socket.create_connection(proxy.address, 10, ("127.0.0.2", 0))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for piece in pieces:
            raw.sendall(piece)
        stream = proxy.context.wrap_socket(raw, server_hostname="127.0.0.1") if proxy.context else raw
        stream.sendall(request_bytes("GET", route("/streams"), [proxy.credentials, ("Connection", "close")]))
        answer = b""
        while True:
            piece = stream.recv(65536)
            if not piece:
                break
            answer += piece
        stream.close()
    finally:
        raw.close()
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
    identity = answer.split(b"Luna-Request-Id: ")[1].split(b"\r\n")[0].decode()
    client = line_of(proxy, identity)["client"]
    assert proxy.origin.requests[-1].fields.all("X-Forwarded-For") == [client]
    return client


def closed(proxy, data: bytes) -> bytes:
    """What comes back of a connection of the trusted proxy until it ends."""
    with socket.create_connection(proxy.address, 10, ("127.0.0.2", 0)) as raw:
        raw.sendall(data)
        answer = b""
        try:
            while True:
                piece = raw.recv(65536)
                if not piece:
                    return answer
                answer += piece
        except ConnectionResetError:
            return answer


@pytest.mark.parametrize("header, client", HEADERS, ids=range(len(HEADERS)))
def test_the_client_is_whom_the_header_names(own, header, client):
    assert served(own, header) == client


@pytest.mark.parametrize("header", [V1, v2()], ids=["1", "2"])
def test_a_header_may_come_byte_by_byte(own, header):
    assert served(own, *[header[index : index + 1] for index in range(len(header))]) == CLIENT


def test_a_header_and_the_request_may_be_split_anywhere(start_proxy):
    proxy = start_proxy(EchoOrigin(), TRUSTED_PROXIES=["127.0.0.2"], PROXY_PROTOCOL="accept")
    for header in (V1, v2()):
        whole = header + request_bytes("GET", route("/streams"), [proxy.credentials, ("Connection", "close")])
        for index in range(1, len(header) + 10):
            with Connection(proxy.address, source="127.0.0.2") as connection:
                connection.send(whole[:index])
                connection.send(whole[index:])
                assert connection.read_answer("GET").status == 200, index
            assert proxy.origin.requests[-1].fields.all("X-Forwarded-For") == [CLIENT]


@pytest.mark.parametrize("header", BAD, ids=range(len(BAD)))
def test_a_malformed_header_ends_the_connection(own, header):
    count = len(own.origin.requests)
    assert closed(own, header + request_bytes("GET", route("/streams"), [own.credentials])) == b""
    assert len(own.origin.requests) == count


def test_a_trusted_proxy_must_send_one(own):
    """Else a client behind it could send one of its own."""
    assert closed(own, request_bytes("GET", route("/streams"), [own.credentials])) == b""
    assert own.origin.requests == []
    own.await_text("does not begin with a PROXY header")


@pytest.mark.parametrize("header", [V1, v2()], ids=["1", "2"])
def test_from_others_it_is_refused(own, header):
    with socket.create_connection(own.address, 10) as raw:
        raw.sendall(header + request_bytes("GET", route("/streams"), [own.credentials]))
        answer = b""
        try:
            while piece := raw.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    assert b" 200 " not in answer[:20]
    assert own.origin.requests == []
    assert own.ask("GET", "/streams").status == 200


def test_whoever_connects_and_closes_is_a_health_check(own):
    for _ in range(5):
        socket.create_connection(own.address, 10, ("127.0.0.2", 0)).close()
    assert served(own, V1) == CLIENT
    assert "with a PROXY header" not in own.text


def test_a_header_has_its_time(start_proxy):
    proxy = start_proxy(
        EchoOrigin(), TRUSTED_PROXIES=["127.0.0.2"], PROXY_PROTOCOL="accept", LIMITS={"first_byte_timeout": 0.3}
    )
    for data in (b"", V1[:20], SIGNATURE):
        assert closed(proxy, data) == b""


def test_a_second_header_is_not_believed(own):
    if own.context:
        return
    assert b" 400 " in closed(own, V1 + b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\nGET / HTTP/1.1\r\n\r\n")[:20]


def test_connections_are_counted_by_the_client_s_address(start_proxy):
    proxy = start_proxy(
        EchoOrigin(),
        workers=1,
        TRUSTED_PROXIES=["127.0.0.2"],
        PROXY_PROTOCOL="accept",
        LIMITS={"connections_per_address": 1},
    )
    with Connection(proxy.address, source="127.0.0.2") as first:
        first.send(V1 + request_bytes("GET", route("/streams"), [proxy.credentials]))
        assert first.read_answer("GET").status == 200
        with Connection(proxy.address, source="127.0.0.2") as second:
            second.send(V1 + request_bytes("GET", route("/streams"), [proxy.credentials]))
            assert second.read_answer("GET").status == 503
        with Connection(proxy.address, source="127.0.0.2") as third:
            third.send(V1.replace(b".7 ", b".8 ") + request_bytes("GET", route("/streams"), [proxy.credentials]))
            assert third.read_answer("GET").status == 200


def test_a_client_of_the_header_may_be_a_trusted_proxy_itself(start_proxy):
    proxy = start_proxy(EchoOrigin(), TRUSTED_PROXIES=["127.0.0.2", "10.0.0.5"], PROXY_PROTOCOL="accept")
    with Connection(proxy.address, source="127.0.0.2") as connection:
        fields = [proxy.credentials, ("X-Forwarded-For", f"1.1.1.1, {CLIENT}")]
        connection.send(b"PROXY TCP4 10.0.0.5 10.0.0.1 1 2\r\n" + request_bytes("GET", route("/streams"), fields))
        assert connection.read_answer("GET").status == 200
    assert proxy.origin.requests[-1].fields.all("X-Forwarded-For") == [f"{CLIENT}, 10.0.0.5"]


# Real proxies in front.

HAPROXY = """
global
    maxconn 200
defaults
    mode {mode}
    timeout connect 3s
    timeout client 20s
    timeout server 20s
frontend clients
    bind 127.0.0.1:{own}
    default_backend streams
backend streams
    {fields}
    source 127.0.0.2
    server proxy 127.0.0.1:{port} {sending}
"""
SENDING = {
    "send-proxy": ("tcp", "", "send-proxy"),
    "send-proxy-v2": ("tcp", "", "send-proxy-v2"),
    "send-proxy-v2 and its check": ("tcp", "", "send-proxy-v2 check check-send-proxy inter 100ms"),
    "with a checksum": ("http", "", "send-proxy-v2 proxy-v2-options crc32c,unique-id"),
    "v2 and TLS": ("http", "", "send-proxy-v2-ssl ssl verify none"),
    "X-Forwarded-For": ("http", "option forwardfor", ""),
}


def assert_clients_are_known(proxy, address, others: str = "") -> None:
    """What is in front of the proxy at `address` passes clients on, and `others` are those between."""
    for source in ("127.0.0.5", "127.0.0.6"):
        with Connection(address, source=source) as connection:
            for _ in range(3):
                connection.ask("GET", route("/streams"), [proxy.credentials, ("X-Forwarded-For", "1.1.1.1")])
                answer = connection.read_answer()
                assert answer.status == 200, answer
                assert line_of(proxy, answer.fields.one("Luna-Request-Id"))["client"] == source
                assert proxy.origin.requests[-1].fields.all("X-Forwarded-For") == [source + others]


@pytest.mark.parametrize("way", SENDING)
def test_behind_haproxy(request, start_proxy, fronts, way):
    mode, fields, sending = SENDING[way]
    changes = {"TLS": request.getfixturevalue("certificate").settings} if "TLS" in way else {}
    if "send-proxy" in sending:
        changes["PROXY_PROTOCOL"] = "accept"
    proxy = start_proxy(EchoOrigin(), TRUSTED_PROXIES=["127.0.0.2"], **changes)
    address = fronts.haproxy(proxy, HAPROXY, mode=mode, fields=fields, sending=sending)
    assert_clients_are_known(proxy, address, "" if "PROXY_PROTOCOL" in changes else ", 127.0.0.2")


NGINX = """
    server {{
        listen 127.0.0.1:{own};
        location / {{
            proxy_pass http://127.0.0.1:{port};
            proxy_bind 127.0.0.2;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Forwarded-Host cameras.example;
        }}
    }}
"""


def test_behind_nginx(start_proxy, fronts):
    proxy = start_proxy(EchoOrigin(), TRUSTED_PROXIES=["127.0.0.2"])
    address = fronts.nginx(proxy, NGINX)
    with Connection(address, source="127.0.0.5") as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials, ("X-Forwarded-For", "1.1.1.1")])
        answer = connection.read_answer()
    assert line_of(proxy, answer.fields.one("Luna-Request-Id"))["client"] == "127.0.0.5"
    seen = proxy.origin.requests[-1].fields
    assert seen.all("X-Forwarded-For") == ["127.0.0.5, 127.0.0.2"]
    assert seen.all("X-Forwarded-Proto") == ["https"]
    assert seen.all("X-Forwarded-Host") == ["cameras.example"]


NGINX_STREAM = """
    server {{
        listen 127.0.0.1:{own};
        proxy_pass 127.0.0.1:{port};
        proxy_bind 127.0.0.2;
        proxy_protocol on;
        {more}
    }}
"""


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "tls"])
def test_behind_nginx_that_passes_bytes_on(request, start_proxy, fronts, is_secure):
    """Its `stream` with `proxy_protocol on`; TLS is nginx's own here, towards us, behind the header."""
    changes = {"TLS": request.getfixturevalue("certificate").settings} if is_secure else {}
    proxy = start_proxy(EchoOrigin(), TRUSTED_PROXIES=["127.0.0.2"], PROXY_PROTOCOL="accept", **changes)
    address = fronts.nginx_stream(proxy, NGINX_STREAM, more="proxy_ssl on;" if is_secure else "")
    assert_clients_are_known(proxy, address)


def test_a_live_preview_behind_nginx_that_passes_bytes_on(start_proxy, fronts):
    proxy = start_proxy(LiveOrigin(), TRUSTED_PROXIES=["127.0.0.2"], PROXY_PROTOCOL="accept")
    with Connection(fronts.nginx_stream(proxy, NGINX_STREAM, more=""), source="127.0.0.5") as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head = connection.read_head()
        assert head.status == 200
        pieces = connection.content(head).pieces()
        for number in range(5):
            proxy.origin.send_part(b"picture %d" % number)
            expected, seen = part(b"picture %d" % number), b""
            while len(seen) < len(expected):
                seen += next(pieces)
            assert seen == expected
    proxy.origin.wait_for_cut(0, 2)


# What the operator is told by numbers.


def test_connections_that_are_refused_are_counted(start_proxy):
    proxy = start_proxy(
        EchoOrigin(), workers=1, TRUSTED_PROXIES=["127.0.0.2"], PROXY_PROTOCOL="accept",
        LUNA_SERVICE_METRICS={"ENABLED": 1},
    )  # fmt: skip
    name = "streams_proxy_proxy_headers_refused_total"
    assert Metrics(proxy).value(name) == 0
    assert served(proxy, V1) == CLIENT
    # A health check that only connects, and one that sends LOCAL, are what balancers do.
    socket.create_connection(proxy.address, 10, ("127.0.0.2", 0)).close()
    assert served(proxy, v2(0x20, 0x00, b"")) == "127.0.0.2"
    assert Metrics(proxy).value(name) == 0
    for count, header in enumerate([*BAD, b"GET / HTTP/1.1\r\n\r\n"], 1):
        assert closed(proxy, header) == b""
        eventually(lambda: Metrics(proxy).value(name) == count, what=f"{count} to be counted")
    with socket.create_connection(proxy.address, 10) as raw:
        raw.sendall(V1)
        assert raw.recv(100).startswith(b"HTTP/1.1 400 ")
    assert Metrics(proxy).value(name) == len(BAD) + 1, "others are no trusted proxies"


def test_fields_that_can_not_be_read_are_counted(start_proxy):
    proxy = start_proxy(
        EchoOrigin(), workers=1, TRUSTED_PROXIES=["127.0.0.2", "10.0.0.0/8"], LUNA_SERVICE_METRICS={"ENABLED": 1}
    )
    name = "streams_proxy_forwarded_for_unreadable_total"
    rows = [
        ("127.0.0.2", CLIENT, 0), ("127.0.0.2", f"x, {CLIENT}, 10.0.0.1", 0), ("127.0.0.1", "x", 0),
        ("127.0.0.2", "x", 1), ("127.0.0.2", "unknown, 10.0.0.1", 1), ("127.0.0.2", "[::1", 1),
    ]  # fmt: skip
    expected = 0
    for source, value, count in rows:
        with proxy.connect(source=source) as connection:
            connection.ask("GET", route("/streams"), [proxy.credentials, ("X-Forwarded-For", value)])
            assert connection.read_answer().status == 200
        expected += count
        assert Metrics(proxy).value(name) == expected, (source, value)
