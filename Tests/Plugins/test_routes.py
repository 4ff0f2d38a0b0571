"""Custom routes: what a handler is asked, and what it may answer."""

from __future__ import annotations

import http.client
import socket
import threading

from host_process import DEADLINE
from routing import VERBS, assert_error, routing

ACCOUNT = "6d071cca-fda5-4a03-84d5-5bea65904480"
EVERYTHING = """
async def everything(request):
    principal = request.principal
    return pluginHTTPResponse(body={
        "method": request.method, "path": request.path, "query_string": request.query_string,
        "args": request.args, "first": request.args.get("a"), "all": request.args.getlist("a"),
        "absent": request.args.get("z", "none"), "header": request.headers["x-mine"], "id": request.id,
        "body": list(request.body), "match_info": request.match_info,
        "principal": principal and [principal.account_id, principal.account_type, principal.token_id,
                                    principal.permissions],
    })
"""


def test_a_class_serves_the_verbs_it_has(start_host, write) -> None:
    write("foo", routing('self.addRoute("/verbs", Verbs)', VERBS))
    host = start_host()
    assert host.status("foo")["routes"] == [{"path": "/verbs", "methods": ["DELETE", "GET", "POST"]}]
    assert host.ask("GET", "/6/plugins/foo/verbs").json == {"by": "get", "method": "GET"}
    assert host.ask("POST", "/6/plugins/foo/verbs").status == 201
    answer = host.ask("DELETE", "/6/plugins/foo/verbs")
    assert (answer.status, answer.content) == (204, b"")


def test_head_is_served_as_get_without_content(start_host, write) -> None:
    write("foo", routing('self.addRoute("/verbs", Verbs)', VERBS))
    host = start_host()
    answer = host.ask("HEAD", "/6/plugins/foo/verbs")
    assert (answer.status, answer.content) == (200, b"")
    assert int(answer.fields["Content-Length"]) == len(b'{"by": "get", "method": "HEAD"}')


def test_all_of_a_request(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a/{one}/<two>", everything, methods=["POST"])', EVERYTHING))
    host = start_host()
    fields = {
        "X-Mine": "1",
        "Luna-Request-Id": "1,x",
        "Luna-Account-Id": ACCOUNT,
        "Luna-Account-Type": "user",
        "Luna-Token-Id": "t",
        "Luna-Token-Permissions": '{"streams": ["view"]}',
    }
    answer = host.ask("POST", "/6/plugins/foo/a/x%2Fy/%C3%A4?a=1&b=%26&a=2&c=", fields, b"\x00\xff")
    assert answer.json == {
        "method": "POST",
        "path": "/6/plugins/foo/a/x%2Fy/%C3%A4",
        "query_string": "a=1&b=%26&a=2&c=",
        "args": {"a": ["1", "2"], "b": ["&"], "c": [""]},
        "first": "1",
        "all": ["1", "2"],
        "absent": "none",
        "header": "1",
        "id": "1,x",
        "body": [0, 255],
        "match_info": {"one": "x/y", "two": "ä"},
        "principal": [ACCOUNT, "user", "t", {"streams": ["view"]}],
    }


def test_a_principal_without_a_token_and_none_at_all(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", everything)', EVERYTHING))
    host = start_host()
    answer = host.ask("GET", "/6/plugins/foo/a", {"X-Mine": "", "Luna-Account-Id": ACCOUNT})
    assert answer.json["principal"] == [ACCOUNT, None, None, None]
    assert host.ask("GET", "/6/plugins/foo/a", {"X-Mine": ""}).json["principal"] is None


def test_json_content(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse(body=[r.json]), methods=["put"])'))
    host = start_host()
    assert host.ask("PUT", "/6/plugins/foo/a", content=b'{"a": "\xc3\xa4"}').json == [{"a": "ä"}]
    for content in (b"", b"{", b'"\xff"', b"[" * 100_000):
        assert_error(host.ask("PUT", "/6/plugins/foo/a", content=content), 400, 12027)
    assert not [line for line in host.logs("foo") if line["level"] == "ERROR"]


def test_a_plain_handler_may_block(start_host, write) -> None:
    """Two plain handlers wait for each other: one after the other they would wait forever."""
    write(
        "foo",
        routing(
            "import threading\nbarrier = threading.Barrier(2)\n"
            'self.addRoute("/a", lambda r: pluginHTTPResponse(body=str(barrier.wait(20) < 2)))'
        ),
    )
    host = start_host()
    answers = []
    asking = [threading.Thread(target=lambda: answers.append(host.ask("GET", "/6/plugins/foo/a"))) for _ in range(2)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert [answer.content for answer in answers] == [b"True", b"True"]


def test_a_plain_handler_that_gives_a_coroutine(start_host, write) -> None:
    before = "async def later(): return pluginHTTPResponse(body='later')"
    write("foo", routing('self.addRoute("/a", lambda r: later())', before))
    assert start_host().ask("GET", "/6/plugins/foo/a").content == b"later"


def test_encoded_content_comes_as_it_is(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse(body=r.body), methods=["post"])'))
    answer = start_host().ask("POST", "/6/plugins/foo/a", {"Content-Encoding": "gzip"}, b"no gzip")
    assert (answer.status, answer.content) == (200, b"no gzip")


def test_connections_persist(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse(body="a"))'))
    host = start_host()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE)
        connection.connect(str(host.socket_path))
        for target, status in ((b"a", 200), (b"b", 404), (b"a", 200)):
            connection.sendall(b"GET /6/plugins/foo/%s HTTP/1.1\r\nHost: plugins\r\n\r\n" % target)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.read() and answer.status == status
            assert answer.getheader("Server") == "luna_plugins"


def test_the_socket_is_the_users_own(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda r: pluginHTTPResponse(body="a"))'))
    host = start_host()
    assert host.socket_path.stat().st_mode & 0o777 == 0o600
    host.shut_down()
    assert not host.socket_path.exists()
