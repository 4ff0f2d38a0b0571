"""The package itself, without a host."""

from __future__ import annotations

import ast
import sys

import pytest

from host_process import PACKAGE, REPOSITORY
from luna_plugins.base.plugins_meta.base_plugins import pluginHTTPResponse
from luna_plugins.host.plugin_file import PluginFileError, find
from luna_plugins.request import QueryArguments
from luna_plugins.routes import LONGEST_PATH, MOST_ROUTES, Route, RoutePattern, RouteTable


@pytest.mark.skipif(sys.version_info < (3, 10), reason="Python 3.9 does not tell its own modules")
def test_nothing_but_aiohttp_is_needed() -> None:
    """Aiohttp brings multidict along; no other package may be imported."""
    for source in [*PACKAGE.rglob("*.py"), *(REPOSITORY / "luna_api").rglob("*.py")]:
        for node in ast.walk(ast.parse(source.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                root = name.partition(".")[0]
                assert root in ("aiohttp", "multidict", "luna_plugins") or root in sys.stdlib_module_names, source


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("/", "/", {}),
        ("/a/b", "/a/b", {}),
        ("/a/b", "/a/B", None),
        ("/a", "/a/", None),
        ("/a/{x}", "/a/1", {"x": "1"}),
        ("/a/<x>/c", "/a/%41/c", {"x": "A"}),
        ("/{x}/{y}", "/1/2", {"x": "1", "y": "2"}),
        ("/{x}", "/", None),
        ("/{x}", "/%0a", None),
        ("/{x}", "/%2E", None),
        ("/{x}", "/%zz", {"x": "%zz"}),
    ],
)
def test_patterns(pattern: str, path: str, values: "dict[str, str] | None") -> None:
    assert RoutePattern(pattern).match(path[1:].split("/")) == values


@pytest.mark.parametrize(
    "path", ["", "a", "/a b", "/{x}y", "/{1}", "/<x:int>", "/../a", "/a?b", "/ä", "/{x}/{x}", "/" + "x" * LONGEST_PATH]
)
def test_patterns_that_can_not_be(path: str) -> None:
    with pytest.raises(ValueError):
        RoutePattern(path)


def test_a_table_has_an_end() -> None:
    table = RouteTable()
    for number in range(MOST_ROUTES):
        table.add(Route(RoutePattern(f"/{number}"), {"GET"}, "x", lambda verb: None))
    with pytest.raises(ValueError):
        table.add(Route(RoutePattern("/more"), {"GET"}, "x", lambda verb: None))


@pytest.mark.parametrize("methods", [set(), {"OPTIONS"}, {"GET", "BREW"}])
def test_methods_that_no_route_has(methods: "set[str]") -> None:
    with pytest.raises(ValueError):
        RouteTable().add(Route(RoutePattern("/"), methods, "x", lambda verb: None))


@pytest.mark.parametrize(
    ("body", "content", "content_type"),
    [
        ("ä", "ä".encode(), "text/plain; charset=utf-8"),
        (b"\0", b"\0", "application/octet-stream"),
        (bytearray(b"a"), b"a", "application/octet-stream"),
        ({"a": ["ä"]}, '{"a": ["ä"]}'.encode(), "application/json"),
        (None, b"", None),
    ],
)
def test_bodies(body: object, content: bytes, content_type: "str | None") -> None:
    response = pluginHTTPResponse(body=body)
    assert (response.body, response.headers.get("Content-Type")) == (content, content_type)


def test_fields_of_a_response() -> None:
    pairs = [("Set-Cookie", "a"), ("Set-Cookie", "b"), ("content-type", "x/y"), ("Content-Length", 7), ("X-Number", 7)]
    headers = pluginHTTPResponse(headers=pairs, body="").headers
    assert headers.getall("Set-Cookie") == ["a", "b"]
    assert headers.getall("Content-Type") == ["x/y"]
    assert (headers["X-Number"], "Content-Length" in headers) == ("7", False)


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_content(status: int) -> None:
    response = pluginHTTPResponse(statusCode=status, body="x")
    assert (response.body, len(response.headers)) == (b"", 0)


def test_arguments() -> None:
    arguments = QueryArguments("a=1&a=2&b&c=%C3%A4+x")
    assert arguments == {"a": ["1", "2"], "b": [""], "c": ["ä x"]}
    assert (arguments.get("a"), arguments.get("z"), arguments.getlist("z")) == ("1", None, [])


def test_a_folder_is_no_plugin_file(tmp_path) -> None:
    (tmp_path / "foo.py").mkdir()
    with pytest.raises(PluginFileError):
        find("foo", [str(tmp_path)])
