"""The request target: odd paths find no route, the query passes byte for byte, absolute-form must agree (section 2)."""

from __future__ import annotations

import pytest

from bytestream import WireFault
from vocabulary import STREAM, assert_error, route
from wire import HOST

#: Paths that some server somewhere takes for one of the table's.
ODD_PATHS = [
    "/%73treams",
    "/streams%2fcount",
    "/streams%2Fcount",
    f"/streams/{STREAM}%2fpreview%2fhandler%2flive",
    "/streams/%2e%2e/version",
    "/streams/../version",
    "/streams/./count",
    "/./streams",
    "/../luna-streams/streams",
    "/streams/..",
    "/streams/.",
    "/streams/..;/version",
    "/streams/%2e",
    "//streams",
    "/streams//count",
    "/streams;x=y",
    "/streams/count;a",
    f"/streams/{STREAM};x",
    ";/streams",
    "/streams%00",
    "/streams%20",
    "/streams%3Fa=b",
    "/streams%23",
    "/streams%5c..%5cversion",
    "/streams%c0%afcount",
    "/streams%252fcount",
    "/streams%",
    "/streams%zz",
    "/streams/%63ount",
    "/streams&a=b",
    "/streams:80",
    "/streams@host",
    "/streams,",
    "/streams+",
    f"/streams/{STREAM}%00",
    f"/streams/%7b{STREAM}%7d",
    f"/streams/{{{STREAM}}}",
]
#: The same before the routes' own part.
ODD_TARGETS = [
    "/6/plugins//luna-streams/streams",
    "//6/plugins/luna-streams/streams",
    "/6/plugins/luna-streams/../luna-streams/streams",
    "/6/./plugins/luna-streams/streams",
    "/6%2fplugins/luna-streams/streams",
    "/6/plugins/luna%2dstreams/streams",
    "/6/plugins/LUNA-streams/streams",
    "/%36/plugins/luna-streams/streams",
]
#: Bytes that may not stand in a target at all.
FORBIDDEN_BYTES = {
    "fragment": b"/streams#x",
    "fragment in the query": b"/streams?a#x",
    "backslash": b"/streams\\count",
    "backslash up": b"/streams/..\\version",
    "tab": b"/streams\tx",
    "control": b"/streams\x01",
    "NUL": b"/streams\x00",
    "delete": b"/streams\x7f",
    "high byte": b"/streams\x80",
    "utf-8": "/streams/ё".encode(),
    "overlong slash": b"/streams\xc0\xafcount",
    "carriage return": b"/streams\rx",
    "high byte in the query": b"/plugins?a=\xff",
    "control in the query": b"/plugins?a=\x02",
    "space": b"/streams /count",
}
QUERIES = [
    "a=b",
    "order=desc&page=1&page_size=100",
    "a=b&&c=&=&d",
    "x=%2F%2e%20+%41%c3%a9",
    "a=/../..//%2e%2e/?b=?",
    "~!$'()*,:@/?-._",
    "a=1&a=2&a=1",
    "q=" + "x" * 4000,
    # What browsers and HTTP libraries leave as it is.
    "page[size]=10&filter={a|b}^`\\",
    "a=%zz&b=%4&c=%%41&100%",
    "%",
]


@pytest.mark.parametrize("path", ODD_PATHS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_odd_paths_find_no_route(proxy, path, method):
    answer = proxy.ask(method, path)
    assert_error(answer, answer.status, 12013 if answer.status == 404 else 12046)
    assert answer.status in (400, 404)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("target", ODD_TARGETS)
def test_odd_prefixes_find_no_route(proxy, target):
    with proxy.connect() as connection:
        connection.ask("GET", target, [proxy.credentials])
        answer = connection.read_answer()
    assert answer.status in (400, 404)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("name", FORBIDDEN_BYTES)
def test_bytes_that_may_not_stand_in_a_target(proxy, name):
    path = FORBIDDEN_BYTES[name]
    field = ": ".join(proxy.credentials).encode()
    with proxy.connect() as connection:
        connection.send(b"GET " + route("").encode() + path + b" HTTP/1.1\r\nHost: x\r\n" + field + b"\r\n\r\n")
        answer = connection.read_answer("GET")
        assert answer.status in (400, 404)
        if answer.status == 400:
            assert_error(answer, 400, 12046)
            connection.expect_end()
    assert proxy.origin.requests == []


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/plugins", "/streams"])
def test_the_query_passes_byte_for_byte(proxy, path, query):
    assert proxy.ask("GET", f"{path}?{query}").status == 200
    (request,) = proxy.origin.requests
    assert request.target == f"/1{path}?{query}"


@pytest.mark.parametrize("query", ['"a"', "<a>", "a>", '%"'])
def test_a_query_with_what_all_escape_is_refused(proxy, query):
    assert_error(proxy.ask("GET", f"/plugins?{query}"), 400, 12046)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("byte", "[]{}|^`\\%")
def test_what_may_stand_in_a_query_may_not_in_a_path(proxy, byte):
    answer = proxy.ask("GET", f"/streams{byte}?{byte}")
    assert_error(answer, 400, 12046)
    assert proxy.origin.requests == []


def test_the_query_of_an_item_route_passes_too(proxy):
    assert proxy.ask("GET", f"/streams/{STREAM}/preview/handler/frame?t=1%20&x").status == 200
    assert proxy.origin.requests[0].target == f"/1/streams/{STREAM}/preview/handler/frame?t=1%20&x"


@pytest.mark.parametrize("target", ["http://" + HOST + route("/streams?a=b"), "HTTP://" + HOST + route("/streams?a=b")])
def test_absolute_form_equal_to_host_is_origin_form(proxy, target):
    with proxy.connect() as connection:
        connection.ask("GET", target, [proxy.credentials])
        answer = connection.read_answer()
    assert answer.status == 200
    (request,) = proxy.origin.requests
    assert request.target == "/1/streams?a=b"


@pytest.mark.parametrize(
    "target",
    [
        "http://other.example" + route("/streams"),
        "http://" + HOST + ":81" + route("/streams"),
        "http://user@" + HOST + route("/streams"),
        "http://" + HOST + "@other.example" + route("/streams"),
        "http://" + HOST + "?" + route("/streams"),
        "http://" + HOST + "#" + route("/streams"),
        "http://" + route("/streams"),
        "http:///" + HOST + route("/streams"),
        "ftp://" + HOST + route("/streams"),
        "http:" + route("/streams"),
        HOST + route("/streams"),
        "streams",
        "*",
        "?" + route("/streams"),
    ],
)
def test_other_forms_of_target_are_400(proxy, target):
    with proxy.connect() as connection:
        connection.ask("GET", target, [proxy.credentials])
        answer = connection.read_answer()
    assert answer.status in (400, 404)
    assert proxy.origin.requests == []


def test_absolute_form_without_a_path_is_no_route(proxy):
    with proxy.connect() as connection:
        connection.ask("GET", "http://" + HOST, [proxy.credentials])
        assert connection.read_answer().status in (400, 404)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("target", [HOST + ":80", "127.0.0.1:1", route("/streams")])
def test_connect_is_refused(proxy, target):
    with proxy.connect() as connection:
        connection.ask("CONNECT", target, [proxy.credentials])
        # Read as an answer to GET: a refusal of CONNECT has content like any other (RFC 9110, section 9.3.6).
        assert connection.read_answer("GET").status in (400, 404, 405, 501)
    assert proxy.origin.requests == []


def test_trace_echoes_nothing(proxy):
    answer = proxy.ask("TRACE", "/streams", [("X-Secret", "canary")])
    assert answer.status in (405, 501)
    assert b"canary" not in answer.content
    assert proxy.origin.requests == []


@pytest.mark.parametrize("target", ["*", "/6/plugins/luna-streams"])
def test_options_elsewhere_stays_here(proxy, target):
    with proxy.connect() as connection:
        connection.ask("OPTIONS", target)
        try:
            assert connection.read_answer().status in (200, 204, 400, 404)
        except EOFError as fault:
            raise WireFault("no answer") from fault
    assert proxy.origin.requests == []
