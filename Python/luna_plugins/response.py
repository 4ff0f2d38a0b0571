"""What a handler answers."""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, Mapping

from multidict import CIMultiDict

#: Framing and the connection are the host's: RFC 9110 §7.6.1, RFC 9112 §6.
_FRAMING = {
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: No control characters, and no halves of surrogate pairs: the rest is sent as UTF-8.
_VALUE = re.compile("[\t\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\U0010ffff]*")


class PluginResponse:
    """Status, fields and content of an answer, checked when it is made. Raises ValueError or TypeError."""

    def __init__(
        self, statusCode: int, body: Any, headers: Mapping[str, Any] | Iterable[tuple[str, Any]] | None
    ) -> None:
        if not isinstance(statusCode, int) or not 200 <= statusCode <= 599:
            raise ValueError(f"statusCode is {statusCode!r}; it must be 200 to 599")
        self.statusCode = int(statusCode)
        self.headers = _fields(headers)
        self.body, content_type = _content(body)
        if self.statusCode in (204, 304):
            self.body = b""
        elif content_type is not None:
            self.headers.setdefault("Content-Type", content_type)


def pluginHTTPResponse(
    statusCode: int = 200,
    body: Any = None,
    headers: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
) -> PluginResponse:
    """A response of a handler.

    Args:
        statusCode: 200 to 599
        body: text, bytes, None for no content, or what becomes JSON
        headers: a mapping, or pairs where a field comes more than once. Fields that frame the message are left out;
            Content-Type is added by the kind of `body` where it is missing.
    """
    return PluginResponse(statusCode, body, headers)


def _fields(headers: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> CIMultiDict[str]:
    fields: CIMultiDict[str] = CIMultiDict()
    if headers is None:
        return fields
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no field name")
        text = str(value).strip()
        if not _VALUE.fullmatch(text):
            raise ValueError(f"the value of {name} has characters that a field can't have")
        if name.lower() not in _FRAMING:
            fields.add(name, text)
    return fields


def _content(body: Any) -> tuple[bytes, str | None]:
    """The content's bytes, and the media type that goes with the kind of `body`."""
    if body is None:
        return b"", None
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), "application/octet-stream"
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode(), "application/json"
