"""Custom routes: handlers that raise, take too long or answer nonsense, and requests that are too much."""

from __future__ import annotations

import select
import socket

import pytest
from host_process import DEADLINE
from routing import assert_error, routing

ACCOUNT = "aaaaaaaa-0000-4000-a000-000000000001"


@pytest.mark.parametrize("handler", ["bad", "bad_plain", "Bad", "NotMade"])
def test_a_handler_that_raises(start_host, write, handler: str) -> None:
    before = """
async def bad(request):
    raise RuntimeError("a secret")
def bad_plain(request):
    raise RuntimeError("a secret")
class Bad(BaseBackgroundHandler):
    async def get(self, request):
        raise RuntimeError("a secret")
class NotMade(Bad):
    def __init__(self, plugin):
        raise RuntimeError("a secret")
"""
    path = write("foo", routing(f'self.addRoute("/a", {handler})', before))
    host = start_host()
    answer = host.ask("GET", "/6/plugins/foo/a?token=hidden", {"Luna-Request-Id": "7,id"})
    assert_error(answer, 500, 11042)
    assert b"secret" not in answer.content
    text = host.wait_log("foo", "RuntimeError: a secret")["text"]
    assert text.startswith("GET /6/plugins/foo/a (7,id): ") and str(path) in text
    assert "hidden" not in text and "/luna_plugins/" not in text
    assert host.ask("GET", "/6/plugins/foo/a").status == 500, "it doesn't go on"


@pytest.mark.parametrize(
    "response",
    [
        *("None", "'text'", "pluginHTTPResponse(statusCode=99)", "pluginHTTPResponse(statusCode='200')"),
        *("pluginHTTPResponse(headers={'A\\n': '1'})", "pluginHTTPResponse(headers={'A': '1\\r\\nB: 2'})"),
        *("pluginHTTPResponse(body=object())", "pluginHTTPResponse(body=[float('nan')])"),
    ],
)
def test_what_is_no_response(start_host, write, response: str) -> None:
    write("foo", routing(f'self.addRoute("/a", lambda r: {response})'))
    host = start_host()
    assert_error(host.ask("GET", "/6/plugins/foo/a"), 500, 11042)


@pytest.mark.parametrize("how", ["await asyncio.sleep(600)", "time.sleep(600)"])
def test_a_handler_that_takes_too_long(start_host, write, how: str) -> None:
    word = "async def" if "await" in how else "def"
    path = write(
        "foo",
        routing(
            'self.addRoute("/a", slow)\nself.addRoute("/b", lambda r: pluginHTTPResponse())',
            f"{word} slow(request):\n    {how}",
        ),
    )
    host = start_host(timeouts={"request": 0.5})
    assert_error(host.ask("GET", "/6/plugins/foo/a"), 504, 9)
    text = host.wait_log("foo", "not done within")["text"]
    assert "await" not in how or str(path) in text
    assert host.status("foo")["status"] == "running"
    host.shut_down()


def test_too_many_at_once(start_host, write) -> None:
    write(
        "foo",
        """
        class Routing(BaseBackgroundPlugin):
            async def initialize(self):
                self.gate = asyncio.Event()
                self.addRoute("/wait", self.wait)
            async def start(self):
                self.addRoute("/late", lambda request: pluginHTTPResponse())
            async def wait(self, request):
                print("waiting")
                await self.gate.wait()
                return pluginHTTPResponse(body="done")
        """,
    )
    host = start_host(limits={"requests": 4})
    connections = [begun(host, b"GET /6/plugins/foo/wait HTTP/1.1\r\nHost: plugins\r\n\r\n") for _ in range(2)]
    host.wait(lambda: len([line for line in host.logs("foo") if line["text"] == "waiting"]) == 2, "two that wait")
    answer = host.ask("GET", "/6/plugins/foo/late")
    assert_error(answer, 503, 1)
    assert answer.fields["Retry-After"] == "1"
    # Half is all that one caller can have: another account, and another address, find room.
    assert host.ask("GET", "/6/plugins/foo/late", {"Luna-Account-Id": ACCOUNT}).status == 200
    assert host.ask("GET", "/6/plugins/foo/late", {"X-Forwarded-For": "192.0.2.1"}).status == 200
    for connection in connections:
        connection.close()


def begun(host, data: bytes) -> socket.socket:
    """A connection on which that has been sent."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(DEADLINE)
    connection.connect(str(host.socket_path))
    connection.sendall(data)
    return connection


def test_content_that_comes_slowly_keeps_nobody_out(start_host, write) -> None:
    adds = 'self.addRoute("/a", lambda r: pluginHTTPResponse(body=str(len(r.body))), methods=["get", "post"])'
    write("foo", routing(adds))
    host = start_host(limits={"requests": 2})
    head = b"POST /6/plugins/foo/a HTTP/1.1\r\nHost: plugins\r\nContent-Length: 9\r\n\r\n"
    connections = [begun(host, head + b"xxxx") for _ in range(10)]
    assert host.ask("GET", "/6/plugins/foo/a").status == 200
    for connection in connections:
        connection.sendall(b"xxxxx")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.close()


def test_kept_content_has_a_bound(start_host, write) -> None:
    """One caller keeps at most half of what may be kept for all, and pays for it; what has been answered is not kept."""
    adds = 'self.addRoute("/a", lambda r: pluginHTTPResponse(body=str(len(r.body))), methods=["post"])'
    write("foo", routing(adds))
    host = start_host(limits={"content": 1000})
    head = b"POST /6/plugins/foo/a HTTP/1.1\r\nHost: plugins\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(3):
        connections = [begun(host, head + b"x" * 990) for _ in range(9)]
        refused, _, _ = select.select(connections, [], [], DEADLINE)
        assert len(refused) == 1
        assert refused[0].recv(65536).startswith(b"HTTP/1.1 503 ")
        assert host.ask("POST", "/6/plugins/foo/a", {"Luna-Account-Id": ACCOUNT}, b"x" * 1000).content == b"1000"
        for connection in connections:
            if connection is not refused[0]:
                connection.sendall(b"x" * 10)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            connection.close()


def test_content_has_a_limit(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse(body=str(len(r.body))), methods=["post"])'))
    host = start_host(limits={"content": 1000})
    assert host.ask("POST", "/6/plugins/foo/a", content=b"x" * 1000).content == b"1000"
    assert_error(host.ask("POST", "/6/plugins/foo/a", content=b"x" * 1001), 413, 12046)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE)
        connection.connect(str(host.socket_path))
        head = b"POST /6/plugins/foo/a HTTP/1.1\r\nHost: plugins\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + b"3e9\r\n" + b"x" * 1001 + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_content_that_does_not_come(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse(), methods=["post"])'))
    host = start_host(timeouts={"request": 0.5})
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE)
        connection.connect(str(host.socket_path))
        connection.sendall(b"POST /6/plugins/foo/a HTTP/1.1\r\nHost: plugins\r\nContent-Length: 9\r\n\r\nx")
        assert connection.recv(65536).startswith(b"HTTP/1.1 504 ")


def test_fields_that_the_proxy_would_not_send(start_host, write) -> None:
    """Even a fault of the host is told in LUNA's words."""
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse())'))
    host = start_host()
    answer = host.ask("GET", "/6/plugins/foo/a", {"Luna-Account-Id": "x", "Luna-Token-Permissions": "no JSON"})
    assert_error(answer, 500, 11042)
    host.wait_log(None, "a fault of the plugin host")
    assert host.ask("GET", "/6/plugins/foo/a").status == 200
