"""How answers come back: Luna-Streams' own unchanged, ours in LUNA's form (section 5)."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from accounts import basic
from origins import CannedOrigin, LiveOrigin
from vocabulary import LIVE, REQUEST_ID, STREAM, assert_error, route
from wire import HOST

SAMPLE = "1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a"


def canned(status: str, content: bytes = b"", *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *fields]
    if status[:3] not in ("204", "304"):
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


@pytest.mark.parametrize(
    "status, content",
    [
        ("200 OK", b'{"streams": []}'),
        ("200 OK", b""),
        ("200 Fine By Me", b"x"),
        ("200 ", b"no reason"),
        ("201 Created", b'{"stream_id": "1", "version": 1}'),
        ("202 Accepted", b""),
        ("204 No Content", b""),
        ("206 Partial Content", b"part"),
        ("299 Own", b"bytes \x00\xff\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
        ("304 Not Modified", b""),
        ("400 Bad Request", b'{"error_code": 12022, "desc": "d", "detail": "x", "link": "l"}'),
        ("401 Unauthorized", b"of the upstream"),
        (
            "404 Not Found",
            b'{"error_code":39001,"desc":"Object not found","detail":"Stream with id x not found","link":"l"}',
        ),
        ("404 Not Found", b'{"error_code":39009,"desc":"Object not found","detail":"Not found \'live\'","link":""}'),
        ("409 Conflict", b'{"error_code": 39006}'),
        ("418 I'm a teapot", b"short and stout"),
        ("500 Internal Server Error", b"<html>"),
        ("502 Bad Gateway", b"not ours"),
        ("503 Service Unavailable", b""),
        ("599 Last", b"."),
    ],
)
def test_status_and_content_pass_unchanged(start_proxy, status, content):
    proxy = start_proxy(CannedOrigin(canned(status, content, "Content-Type: application/json")))
    answer = proxy.ask("GET", f"/streams/{STREAM}")
    assert answer.status == int(status[:3])
    assert answer.content == content
    if status[:3] != "204":
        assert answer.fields.one("Content-Type") == "application/json"


FIELDS = [
    ("Content-Type", "image/jpeg"),
    ("ETag", 'W/"x"'),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie", "b=2; Path=/"),
    ("Cache-Control", "max-age=1"),
    ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("Server", "luna-streams"),
    ("X-Custom", "one"),
    ("x-custom", "two"),
    ("X-Empty", ""),
    ("Vary", "Accept, Luna-Account-Id"),
    ("WWW-Authenticate", "Own realm=x"),
    ("Luna-Event-Time", "t"),
]
HOP_BY_HOP = ["Connection: keep-alive, X-Gone", "X-Gone: 1", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive"]
HOP_BY_HOP += ["Upgrade: h2c", "Trailer: X-T"]


def test_end_to_end_fields_pass_and_hop_by_hop_fields_do_not(start_proxy):
    lines = [f"{name}: {value}" for name, value in FIELDS]
    proxy = start_proxy(CannedOrigin(canned("200 OK", b"x", *lines, *HOP_BY_HOP)))
    answer = proxy.ask("GET", "/streams")
    seen = [(name.lower(), value) for name, value in answer.fields.lines]
    passed = [line for line in seen if line[0] in {name.lower() for name, _ in FIELDS}]
    assert passed == [(name.lower(), value) for name, value in FIELDS]
    gone = {"x-gone", "keep-alive", "proxy-connection", "upgrade", "trailer"}
    assert gone.isdisjoint(answer.fields.names)
    assert len(answer.fields.all("Luna-Request-Id")) == 1


def test_protected_fields_can_not_be_nominated_in_an_answer(start_proxy):
    fields = ["Connection: Content-Length, Content-Type, Luna-Request-Id", "Content-Type: text/plain"]
    proxy = start_proxy(CannedOrigin(canned("200 OK", b"abc", *fields)))
    answer = proxy.ask("GET", "/streams")
    assert (answer.content, answer.framing) == (b"abc", "length") or answer.framing == "chunked"
    assert len(answer.fields.all("Luna-Request-Id")) == 1


def test_the_upstreams_close_is_not_the_clients(start_proxy):
    proxy = start_proxy(CannedOrigin(canned("200 OK", b"x", "Connection: close"), then="close"))
    with proxy.connect() as connection:
        for _ in range(3):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert (answer.status, answer.fields.options("Connection")) == (200, [])


@pytest.mark.parametrize("base", ["", "{origin}"])
@pytest.mark.parametrize("path", [f"/streams/{STREAM}", "/streams", f"/streams?account_id={STREAM}", "/docs/spec"])
def test_location_is_rewritten_to_our_prefix(start_proxy, base, path):
    origin = CannedOrigin(b"")
    origin.answer = canned("201 Created", b"{}", f"Location: {base.format(origin=origin.url)}/1{path}")
    proxy = start_proxy(origin)
    answer = proxy.ask("POST", "/streams", content=b"{}")
    asked = f"http://{HOST}{route('/streams')}"
    assert urljoin(asked, answer.fields.one("Location")) == f"http://{HOST}{route(path)}"


@pytest.mark.parametrize(
    "location",
    ["https://elsewhere.example/1/streams", "/other", "relative", "//elsewhere.example/1/streams", "/1streams"],
)
def test_another_location_is_left_alone(start_proxy, location):
    proxy = start_proxy(CannedOrigin(canned("302 Found", b"", f"Location: {location}")))
    answer = proxy.ask("GET", "/streams")
    assert (answer.status, answer.fields.one("Location")) == (302, location)


@pytest.mark.parametrize("name", ["Luna-Request-Id", "luna-request-id", "LUNA-REQUEST-ID"])
def test_a_well_formed_request_id_is_kept(proxy, name):
    for credentials in (True, None, basic("nobody@visionlabs.ai", "x")):
        answer = proxy.ask("GET", "/streams", [(name, SAMPLE)], credentials=credentials)
        assert answer.fields.all("Luna-Request-Id") == [SAMPLE]
    assert proxy.ask("GET", "/nothing", [(name, SAMPLE)]).fields.all("Luna-Request-Id") == [SAMPLE]
    assert proxy.ask("OPTIONS", "/streams", [(name, SAMPLE)]).fields.all("Luna-Request-Id") == [SAMPLE]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        SAMPLE[:-1],
        SAMPLE + "0",
        SAMPLE[1:],
        "1" + SAMPLE,
        SAMPLE.replace(",", ";"),
        SAMPLE.replace("8b", "zz"),
    ],
)
def test_a_bad_request_id_is_replaced(proxy, value):
    answer = proxy.ask("GET", "/streams", [("Luna-Request-Id", value)])
    assert answer.status == 200
    made = answer.fields.one("Luna-Request-Id")
    assert made != value and REQUEST_ID.match(made)
    assert proxy.origin.requests[0].fields.one("Luna-Request-Id") == made


def test_each_request_has_an_id_of_its_own(proxy):
    ids = {proxy.ask("GET", "/streams").fields.one("Luna-Request-Id") for _ in range(20)}
    assert len(ids) == 20


def test_our_id_is_the_only_one(start_proxy):
    """Luna-Streams gives the id back; the client gets it once."""
    proxy = start_proxy(CannedOrigin(canned("200 OK", b"x", f"Luna-Request-Id: {SAMPLE}")))
    answer = proxy.ask("GET", "/streams", [("Luna-Request-Id", SAMPLE.replace("1536", "1537"))])
    assert answer.fields.all("Luna-Request-Id") == [SAMPLE.replace("1536", "1537")]


def test_head_gets_our_errors_without_content(proxy):
    answer = proxy.ask("HEAD", "/nothing")
    assert_error(answer, 404, method="HEAD")
    answer = proxy.ask("HEAD", "/streams", credentials=None)
    assert_error(answer, 401, method="HEAD")


def test_error_text_repeats_nothing_of_the_client_unescaped(proxy):
    answer = proxy.ask("GET", '/no"thing\u007b<script>'.replace("\u007b", "%22"))
    assert answer.status in (400, 404)
    assert answer.json()["error_code"] in (12013, 12046)


@pytest.mark.parametrize("framing", ["close", "chunked"])
def test_a_live_answer_is_not_to_be_buffered_or_stored(start_proxy, framing):
    for fields, expected in ((b"", "no-store"), (b"Cache-Control: private, no-cache\r\n", "private, no-cache")):
        proxy = start_proxy(LiveOrigin(framing=framing, fields=fields))
        with proxy.connect() as connection:
            connection.ask("GET", route(LIVE), [proxy.credentials])
            head = connection.read_head()
        assert head.status == 200
        assert head.fields.one("Content-Type") == "multipart/x-mixed-replace; boundary=frame"
        assert head.fields.all("X-Accel-Buffering") == ["no"]
        assert head.fields.all("Cache-Control") == [expected]


def test_an_ordinary_answer_is_left_without_them(proxy):
    answer = proxy.ask("GET", "/streams")
    assert "x-accel-buffering" not in answer.fields and "cache-control" not in answer.fields
