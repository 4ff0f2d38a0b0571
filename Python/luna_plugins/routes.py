"""Which handler serves which path and method."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Collection
from urllib.parse import unquote_to_bytes

#: The verbs that a handler may serve. OPTIONS is answered by the proxy.
VERBS = ("get", "head", "post", "put", "patch", "delete")
#: How many routes a plugin may have, and how long a path may be: each is told to the proxy.
MOST_ROUTES = 128
LONGEST_PATH = 256

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}|<([A-Za-z_][A-Za-z0-9_]*)>")
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,=:@-]*")


class RoutePattern:
    """A path made of literal segments and of parameters that take one segment each. Raises ValueError."""

    def __init__(self, path: str) -> None:
        if not isinstance(path, str) or not path.startswith("/"):
            raise ValueError(f"the route {path!r} must start with /")
        if len(path) > LONGEST_PATH:
            raise ValueError(f"the route {path[:40]}… is longer than {LONGEST_PATH} characters")
        self.path = path
        self._segments = [_segment(text, path) for text in path[1:].split("/")]
        names = [name for _, name in self._segments if name is not None]
        if len(set(names)) != len(names):
            raise ValueError(f"the route {path} names a parameter twice")

    @property
    def shape(self) -> tuple[tuple[bool, str], ...]:
        """Equal for patterns that match the same paths; a literal sorts before a parameter."""
        return tuple((name is not None, literal) for literal, name in self._segments)

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The parameters' values if these raw segments match. Literals are compared as they are, never decoded."""
        if len(segments) != len(self._segments):
            return None
        values: dict[str, str] = {}
        for segment, (literal, name) in zip(segments, self._segments):
            if name is None:
                if segment != literal:
                    return None
                continue
            value = _decoded(segment)
            if value is None:
                return None
            values[name] = value
        return values


@dataclass(frozen=True)
class Route:
    """A pattern, the methods in capitals, and who serves them."""

    pattern: RoutePattern
    methods: Collection[str]
    #: What messages call the handler.
    name: str
    #: Gives what is called with the request, by the verb in small letters; to be called on the plugin's thread.
    handler: Callable[[str], Callable[..., Any]]


@dataclass(frozen=True)
class MatchedRoute:
    """A route that serves the request, by which verb of its handler, and the values of the path's parameters."""

    route: Route
    verb: str
    match_info: dict[str, str]


@dataclass(frozen=True)
class AllowedMethods:
    """The path is one of ours, the method isn't: the value of Allow."""

    allow: str


class RouteTable:
    """The routes of one plugin. The plugin's thread adds, the host's thread reads: each change is one new tuple."""

    def __init__(self) -> None:
        self._routes: tuple[Route, ...] = ()
        #: Called after each change.
        self.changed: Callable[[], object] = lambda: None

    def add(self, route: Route) -> None:
        """Raises ValueError for methods that can't be served and for those another route of that path serves."""
        unknown = {method for method in route.methods if method.lower() not in VERBS}
        if unknown or not route.methods:
            known = ", ".join(VERBS)
            raise ValueError(f"the route {route.pattern.path} has methods {sorted(unknown)}; known are {known}")
        for other in self._routes:
            both = set(other.methods) & set(route.methods)
            if both and other.pattern.shape == route.pattern.shape:
                raise ValueError(f"{min(both)} {route.pattern.path} of {route.name} is taken by {other.name} already")
        if len(self._routes) == MOST_ROUTES:
            raise ValueError(f"a plugin may have {MOST_ROUTES} routes")
        self._routes = tuple(sorted((*self._routes, route), key=lambda route: route.pattern.shape))
        self.changed()

    def described(self) -> list[dict[str, Any]]:
        """The routes as the proxy is told of them."""
        return [{"path": route.pattern.path, "methods": sorted(route.methods)} for route in self._routes]

    def find(self, method: str, path: str) -> MatchedRoute | AllowedMethods | None:
        """Who serves a raw path below the plugin's prefix; None if the plugin has no such path.

        Of several patterns that match, the one with a literal where the others have a parameter counts. HEAD is served
        as GET where no route has it for itself.
        """
        segments = path[1:].split("/")
        matches = [(route, values) for route in self._routes if (values := route.pattern.match(segments)) is not None]
        if not matches:
            return None
        shape = matches[0][0].pattern.shape
        by_method = {
            name: (route, values) for route, values in matches if route.pattern.shape == shape for name in route.methods
        }
        served = method if method in by_method or method != "HEAD" else "GET"
        if served not in by_method:
            allowed = {*by_method, *(("HEAD",) if "GET" in by_method else ()), "OPTIONS"}
            return AllowedMethods(", ".join(sorted(allowed)))
        route, values = by_method[served]
        return MatchedRoute(route, served.lower(), values)


def _segment(text: str, path: str) -> tuple[str, str | None]:
    """A segment as its literal text, or as empty text and a parameter's name."""
    parameter = _PARAMETER.fullmatch(text)
    if parameter:
        return "", parameter[1] or parameter[2]
    if not _LITERAL.fullmatch(text) or text in (".", ".."):
        raise ValueError(f"the route {path} has a segment {text!r}; it may be a literal, {{name}} or <name>")
    return text, None


def _decoded(segment: str) -> str | None:
    """A parameter's value; None for what no parameter takes: nothing, dots, what is no UTF-8 or has controls."""
    try:
        value = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        return None
    return value if value not in ("", ".", "..") and value.isprintable() else None
