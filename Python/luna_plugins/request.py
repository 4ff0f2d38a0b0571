"""What a handler is asked."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from multidict import CIMultiDictProxy

from luna_plugins.principal import Principal


class UnreadableContent(Exception):
    """The request's content is not the JSON that the handler asked for; unless caught, it is answered with 400."""


class QueryArguments(dict[str, "list[str]"]):
    """The query's arguments: all values of a name by `[]` and `getlist`, the first by `get`."""

    def __init__(self, query: str) -> None:
        super().__init__()
        for name, value in parse_qsl(query, keep_blank_values=True):
            self.setdefault(name, []).append(value)

    def get(self, name: str, default: Any = None) -> Any:
        """The first value of that name."""
        values = super().get(name)
        return default if values is None else values[0]

    def getlist(self, name: str) -> list[str]:
        """All values of that name."""
        return list(super().get(name) or ())


class PluginRequest:
    """A request for one of the plugin's routes, its content already here."""

    def __init__(
        self,
        method: str,
        path: str,
        query_string: str,
        headers: CIMultiDictProxy[str],
        body: bytes,
        match_info: dict[str, str],
    ) -> None:
        #: In capitals.
        self.method = method
        #: As it came, `/6/plugins/<plugin-name>/…`, percent-encoding untouched, without the query.
        self.path = path
        self.query_string = query_string
        #: Names in any case.
        self.headers = headers
        self.body = body
        #: The values of the path's `{name}` segments, percent-decoded.
        self.match_info = match_info
        self.args = QueryArguments(query_string)
        #: Who asks; None only where the plugin's routes need no credentials.
        self.principal = Principal.read(headers)
        #: For the plugin's own use.
        self.ctx = SimpleNamespace()

    @property
    def id(self) -> str | None:
        """The request id, which the log and the answer's Luna-Request-Id have too."""
        return self.headers.get("Luna-Request-Id")

    @property
    def text(self) -> str:
        """The content as UTF-8 text. Raises UnreadableContent."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise UnreadableContent("The content is not UTF-8") from error

    @property
    def json(self) -> Any:
        """The content as JSON. Raises UnreadableContent, which is answered with 400 if the handler lets it pass."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise UnreadableContent("The content is not JSON") from error
