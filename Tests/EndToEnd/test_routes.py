"""The closed route table: each route and method, and everything beside it (section 2)."""

from __future__ import annotations

import pytest

from origins import EchoOrigin
from vocabulary import FRAME, LIVE, METHODS, OPEN, ROUTES, STREAM, assert_error, route

SERVED = [(path, method, upstream) for path, methods, upstream in ROUTES for method in methods]
NOT_SERVED = [(path, method, methods) for path, methods, _ in ROUTES for method in METHODS if method not in methods]


def content_for(method: str) -> "bytes | None":
    return b'{"name": "door"}' if method in ("POST", "PUT", "PATCH") else None


@pytest.mark.parametrize("path, method, upstream", SERVED)
def test_each_route_reaches_its_route_at_luna_streams(proxy, path, method, upstream):
    answer = proxy.ask(method, path, content=content_for(method))
    assert answer.status == 200
    (request,) = proxy.origin.requests
    assert (request.method, request.target) == (method, upstream)
    assert request.head.version == "HTTP/1.1"
    assert request.content == (content_for(method) or b"")
    if method == "HEAD":
        assert answer.content == b""


@pytest.mark.parametrize("path, method, methods", NOT_SERVED)
def test_another_method_is_405_with_allow(proxy, path, method, methods):
    answer = proxy.ask(method, path, content=content_for(method))
    assert_error(answer, 405, 12021, method=method)
    assert set(answer.fields.options("Allow")) >= {name.lower() for name in methods}
    assert method.lower() not in answer.fields.options("Allow")
    assert proxy.origin.requests == []


@pytest.mark.parametrize("path, methods, upstream", ROUTES)
def test_options_is_answered_without_credentials(proxy, path, methods, upstream):
    answer = proxy.ask("OPTIONS", path, credentials=None)
    assert answer.status == 204
    assert set(answer.fields.options("Allow")) - {"options"} == {name.lower() for name in methods}
    assert answer.content == b""
    assert proxy.origin.requests == []


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_open_routes_need_no_credentials(proxy, path, method):
    assert proxy.ask(method, path, credentials=None).status == 200
    assert "authorization" not in proxy.origin.requests[0].fields


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/nothing",
        "/groups",
        "/linker",
        "/queue",
        "/version/",
        "/streams/",
        "/streams/count/",
        "/streams/counts",
        "/streams/logs/x",
        "/streams/strems",
        "/strems",
        "/Streams",
        "/STREAMS",
        "/streamsX",
        "/docs",
        "/docs/",
        "/docs/spec/x",
        "/docs/dev",
        f"/streams/{STREAM}/",
        f"/streams/{STREAM}x",
        f"/streams/{STREAM[:-1]}",
        f"/streams/{STREAM.replace('-', '')}",
        f"/streams/urn:uuid:{STREAM}",
        f"/streams/{STREAM[:-1]}g",
        f"/streams/{STREAM}/preview",
        f"/streams/{STREAM}/preview/handler",
        f"/streams/{STREAM}/preview/handler/",
        f"/streams/{STREAM}/preview/handler/last_frame",
        f"/streams/{STREAM}/preview/live",
        LIVE + "/",
        FRAME + "/x",
        "/1/streams",
        "/streams/1/streams",
        f"/streams/{STREAM}/{STREAM}",
        "/streams/logs/preview/handler/frame",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_anything_else_is_404(proxy, path, method):
    assert_error(proxy.ask(method, path), 404, 12013)
    assert proxy.origin.requests == []


@pytest.mark.parametrize(
    "path", ["/", "/6", "/6/plugins", "/6/plugins/luna-stream", "/6/plugins/luna-streams2/streams"]
)
def test_nothing_beside_the_mount_is_forwarded(proxy, path):
    with proxy.connect() as connection:
        connection.ask("GET", path, [proxy.credentials])
        assert_error(connection.read_answer(), 404, 12013)
    assert proxy.origin.requests == []


def test_luna_streams_own_paths_are_not_reachable(proxy):
    for path in ("/1/streams", "/version/../1/streams", "/streams"):
        with proxy.connect() as connection:
            connection.ask("GET", path, [proxy.credentials])
            assert connection.read_answer().status in (400, 404)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("method", ["get", "Get", "gET", "FOO", "PROPFIND", "GETT", "DELETE2", "M-SEARCH"])
def test_unknown_methods_are_405_or_501(proxy, method):
    answer = proxy.ask(method, "/streams")
    if answer.status != 501:
        assert_error(answer, 405, 12021)
    assert proxy.origin.requests == []


def test_a_stream_id_of_any_version_and_case_is_one(proxy):
    ids = [STREAM.upper(), "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-FFFFFFFFFFFF"]
    ids += ["00000000-0000-4000-b000-000000000146", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"]
    for stream in ids:
        assert proxy.ask("GET", f"/streams/{stream}").status == 200
    assert [request.target.lower() for request in proxy.origin.requests] == [f"/1/streams/{id.lower()}" for id in ids]


def test_404_comes_before_401(proxy):
    assert_error(proxy.ask("GET", "/nothing", credentials=None), 404, 12013)
    assert_error(proxy.ask("PATCH", "/streams", credentials=None, content=b"{}"), 405, 12021)


def test_our_own_version_page_is_not_luna_streams(proxy):
    with proxy.connect() as connection:
        connection.ask("GET", "/version")
        answer = connection.read_answer()
    assert answer.status in (200, 404)
    assert proxy.origin.requests == []


def test_without_the_plugin_its_routes_are_404(start_proxy):
    proxy = start_proxy(EchoOrigin(), LUNA_API_ACTIVE_PLUGINS=[])
    answer = proxy.ask("GET", "/streams")
    assert_error(answer, 404, 12013)
    assert proxy.origin.requests == []
    with proxy.connect() as connection:
        connection.ask("GET", route("/version"))
        assert_error(connection.read_answer(), 404, 12013)
