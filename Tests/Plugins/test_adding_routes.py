"""Which routes can be added, and which paths and methods they match."""

from __future__ import annotations

import pytest
from routing import VERBS, assert_error, routing


def test_another_method_is_405(start_host, write) -> None:
    write("foo", routing('self.addRoute("/verbs", Verbs)\nself.addRoute("/f", lambda r: None, methods={"put"})', VERBS))
    host = start_host()
    answer = host.ask("PUT", "/6/plugins/foo/verbs")
    assert_error(answer, 405, 12021)
    assert answer.fields["Allow"] == "DELETE, GET, HEAD, OPTIONS, POST"
    assert host.ask("HEAD", "/6/plugins/foo/f").fields["Allow"] == "OPTIONS, PUT"


@pytest.mark.parametrize(
    "target",
    [
        *("/6/plugins/foo", "/6/plugins/foo/", "/6/plugins/foo/verbs/", "/6/plugins/foo//verbs", "/6/plugins/foo/verb"),
        *("/6/plugins/other/verbs", "/6/plugins//verbs", "/6/plugins/foo/%76erbs", "/6/plugins/foo/./verbs", "/verbs"),
        *(
            "/6/plugins/foo/x/../verbs",
            "/6/plugins/foo/items/",
            "/6/plugins/foo/items/..",
            "/6/plugins/foo/items/%2e%2e",
        ),
        *("/6/plugins/foo/items/%ff", "/6/plugins/foo/items/a%00", "/6/plugins/foo/items/a/b", "/7/plugins/foo/verbs"),
    ],
)
def test_what_is_no_route_is_404(start_host, write, target: str) -> None:
    write("foo", routing('self.addRoute("/verbs", Verbs)\nself.addRoute("/items/{id}", Verbs)', VERBS))
    assert_error(start_host().ask("GET", target), 404, 12013)


@pytest.mark.parametrize(
    ("adds", "error"),
    [
        (
            'self.addRoute("/a", Verbs)\nself.addRoute("/a", Verbs)',
            "initialize: ValueError: DELETE /a of Verbs is taken by Verbs already",
        ),
        (
            'self.addRoute("/{x}", Verbs)\nself.addRoute("/<y>", print)',
            "initialize: ValueError: GET /<y> of print is taken by Verbs already",
        ),
        ('self.addRoute("a", Verbs)', "initialize: ValueError: the route 'a' must start with /"),
        ('self.addRoute("/a", 7)', "initialize: TypeError: 7 is neither a handler class nor a function"),
        ('self.addRoute("/a", dict)', "initialize: TypeError: dict is no BaseBackgroundHandler"),
        ('self.addRoute("/a", Verbs, methods={"put"})', "initialize: ValueError: Verbs has no method for put"),
        (
            'self.addRoute("/a", BaseBackgroundHandler)',
            "initialize: ValueError: BaseBackgroundHandler has no method for any verb",
        ),
    ],
)
def test_routes_that_can_not_be(start_host, write, adds: str, error: str) -> None:
    write("foo", routing(adds, VERBS))
    assert start_host().status("foo")["error"] == error


def test_routes_of_two_classes_collide(start_host, write) -> None:
    write(
        "foo",
        routing('self.addRoute("/a", Verbs)', VERBS) + routing('self.addRoute("/a", Verbs)').replace("Routing", "B"),
    )
    assert "is taken by" in start_host().status("foo")["error"]


def test_one_path_by_two_handlers_for_different_methods(start_host, write) -> None:
    adds = """
self.addRoute("/a", lambda r: pluginHTTPResponse(body="get"))
self.addRoute("/a", lambda r: pluginHTTPResponse(body="put"), methods=["put"])
self.addRoute("/{any}", lambda r: pluginHTTPResponse(body="any"), methods=["get", "patch"])
"""
    write("foo", routing(adds))
    host = start_host()
    assert host.ask("PUT", "/6/plugins/foo/a").content == b"put"
    assert host.ask("GET", "/6/plugins/foo/a").content == b"get"
    assert host.ask("GET", "/6/plugins/foo/b").content == b"any"
    assert host.ask("PATCH", "/6/plugins/foo/a").fields["Allow"] == "GET, HEAD, OPTIONS, PUT"


def test_a_route_added_later_is_told(start_host, write) -> None:
    write(
        "foo",
        routing(
            'def more(request):\n    self.addRoute("/b", lambda r: pluginHTTPResponse(body="b"))\n'
            '    return pluginHTTPResponse()\nself.addRoute("/a", more)'
        ),
    )
    host = start_host()
    assert host.ask("GET", "/6/plugins/foo/a").status == 200
    host.wait(lambda: {"path": "/b", "methods": ["GET"]} in host.status("foo")["routes"], "the new route")
    assert host.ask("GET", "/6/plugins/foo/b").content == b"b"
