"""What one client sends at once is worked on in pieces, with everybody else's events in between, and by TLS what holds
nothing is not put up with."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from metrics import Metrics
from origins import BigOrigin, EchoOrigin
from vocabulary import route
from wire import request_bytes

ON = {"LUNA_SERVICE_METRICS": {"ENABLED": 1}}
#: Requests, or runs of content, in one piece.
STEPS = 128


def turns(proxy) -> float:
    return Metrics(proxy).total("streams_proxy_loop_turn_seconds_count")


@pytest.fixture(scope="module")
def key_updates(tmp_path_factory):
    """Gives a function that sends so many key updates to a proxy, then a request, and tells what it reads."""
    program = tmp_path_factory.mktemp("key-updates") / "key_updates"
    compiler = shutil.which("clang") or shutil.which("cc") or "cc"
    source = Path(__file__).with_name("key_updates.c")
    subprocess.run([compiler, "-O1", "-o", program, source, "-lssl", "-lcrypto"], check=True)

    def send(proxy, count: int) -> str:
        arguments = [program, proxy.address[0], str(proxy.address[1]), str(count)]
        return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    return send


@pytest.fixture
def secure(start_proxy, certificate):
    return start_proxy(EchoOrigin(), workers=1, TLS=certificate.settings, **ON)


@pytest.mark.parametrize("count", [0, 1, 20, 32])
def test_some_key_updates_are_put_up_with(secure, key_updates, count):
    assert key_updates(secure, count) == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("count", [40, 500, 20_000])
def test_more_of_them_without_a_request_end_the_connection(secure, key_updates, count):
    assert key_updates(secure, count) == "end"
    with secure.connect() as connection:
        connection.ask("GET", "/version")
        assert connection.read_answer().status == 200


def test_content_in_records_of_a_byte_is_whole(secure):
    content = bytes(range(97, 122)) * 120
    with secure.connect() as connection:
        fields = [secure.credentials, ("Content-Length", str(len(content)))]
        connection.send(request_bytes("POST", route("/streams"), fields))
        for byte in content:
            connection.send(bytes([byte]))
        assert connection.read_answer("POST").json()["content"] == content.decode()


@pytest.mark.parametrize("size", [2000, 2100, 16_384, 16_385, 300_000])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_long_records_are_read_from_their_beginning_to_their_end(start_proxy, certificate, size, version):
    proxy = start_proxy(BigOrigin(), workers=1, TLS=certificate.settings)
    proxy.context.maximum_version = version
    content = b"x" * size
    with proxy.connect() as connection:
        for _ in range(3):
            connection.send(request_bytes("POST", route("/streams"), [proxy.credentials], content))
            assert connection.read_answer("POST").json()["size"] == size


@pytest.mark.parametrize("ending", ["close", "half-closed"])
def test_pipelined_requests_are_answered_in_pieces(start_proxy, ending):
    proxy = start_proxy(EchoOrigin(), workers=1, **ON)
    count = 3000
    before = turns(proxy)
    with proxy.connect() as connection:
        requests = b"GET /x HTTP/1.1\r\nHost:h\r\n\r\n" * count
        connection.send(requests[:-2] + b"Connection: close\r\n\r\n" if ending == "close" else requests)
        if ending == "half-closed":
            connection.half_close()
        for _ in range(count):
            assert connection.read_answer("GET").status == 404
        connection.expect_end()
    assert turns(proxy) - before >= count // STEPS


def test_tiny_chunks_are_read_in_pieces(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, **ON)
    content = b"ab" * 5000
    before = turns(proxy)
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Transfer-Encoding", "chunked")]
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in content) + b"0\r\n\r\n"
        connection.send(request_bytes("POST", route("/streams"), fields) + chunks + request_bytes("GET", "/version"))
        assert connection.read_answer("POST").json()["content"] == content.decode()
        assert connection.read_answer("GET").status == 200
    assert turns(proxy) - before >= len(content) // STEPS
