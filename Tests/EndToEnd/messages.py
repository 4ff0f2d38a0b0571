"""HTTP/1.1 heads, fields and content, parsed strictly: what the proxy writes must be beyond doubt (RFC 9112)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator

from bytestream import ByteStream, Incomplete, Malformed

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_VALUE = re.compile(rb"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?\Z")
_STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([1-9][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*)\Z")
_REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) (HTTP/1\.[01])\Z")
_LENGTH = re.compile(r"[0-9]{1,18}\Z")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}\Z")

FieldLine = "tuple[str, str]"


class Fields:
    """Field lines in the order they came; names compare without case."""

    def __init__(self, lines: "Iterable[tuple[str, str]]" = ()) -> None:
        self.lines = [(name, value) for name, value in lines]

    def all(self, name: str) -> "list[str]":
        return [value for other, value in self.lines if other.lower() == name.lower()]

    def one(self, name: str) -> "str | None":
        """The value of a field that may stand once; None where it is absent."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands {len(values)} times: {values}"
        return values[0] if values else None

    def options(self, name: str) -> "list[str]":
        """The comma-separated members of all `name` fields, lower-case."""
        return [part.strip().lower() for value in self.all(name) for part in value.split(",") if part.strip()]

    @property
    def names(self) -> "set[str]":
        return {name.lower() for name, _ in self.lines}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def __repr__(self) -> str:
        return f"Fields({self.lines!r})"


@dataclass
class AnswerHead:
    """A status line and its fields."""

    version: str
    status: int
    reason: str
    fields: Fields


@dataclass
class Answer:
    """A final answer with its content, and the interim ones that came before it."""

    head: AnswerHead
    content: bytes
    framing: str
    trailers: Fields
    interim: "list[AnswerHead]" = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.head.status

    @property
    def fields(self) -> Fields:
        return self.head.fields

    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> "int | None":
        """The `error_code` of an error of LUNA's shape; None for any other content."""
        try:
            value = json.loads(self.content)
        except ValueError:
            return None
        return value.get("error_code") if isinstance(value, dict) else None


@dataclass
class RequestHead:
    """A request line and its fields."""

    method: str
    target: str
    version: str
    fields: Fields


def read_fields(stream: ByteStream) -> Fields:
    """Field lines up to and including the empty line."""
    lines = []
    while True:
        try:
            line = stream.read_line()
        except EOFError:
            raise Incomplete(f"the peer closed within a head, after {lines}") from None
        if not line:
            return Fields(lines)
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        if not colon or not _TOKEN.match(name) or not _VALUE.match(value):
            raise Malformed(f"not a field line: {line!r}")
        lines.append((name.decode("latin-1"), value.decode("latin-1")))


def read_answer_head(stream: ByteStream) -> AnswerHead:
    """The next answer's head. Raises EOFError where the connection ends instead."""
    line = stream.read_line()
    match = _STATUS_LINE.match(line)
    if not match:
        raise Malformed(f"not a status line: {line!r}")
    version, status, reason = match.groups()
    return AnswerHead(version.decode(), int(status), reason.decode("latin-1"), read_fields(stream))


def read_request_head(stream: ByteStream) -> RequestHead:
    """The next request's head. Raises EOFError where the connection ends instead."""
    line = stream.read_line()
    match = _REQUEST_LINE.match(line)
    if not match:
        raise Malformed(f"not a request line: {line!r}")
    method, target, version = (part.decode() for part in match.groups())
    return RequestHead(method, target, version, read_fields(stream))


class Content:
    """The content of one message as it comes. `framing` is none, length, chunked or close."""

    def __init__(self, stream: ByteStream, framing: str, length: int = 0) -> None:
        self.stream = stream
        self.framing = framing
        self.trailers = Fields()
        self._left = length
        self._finished = framing == "none" or (framing == "length" and length == 0)

    def pieces(self) -> "Iterator[bytes]":
        """The content piece by piece, at once as it arrives; ends after the last byte and the trailers."""
        while not self._finished:
            if self.framing == "chunked" and self._left == 0:
                self._read_chunk_head()
                continue
            piece = self.stream.read_some(65536 if self.framing == "close" else min(self._left, 262144))
            if not piece:
                if self.framing == "close":
                    self._finished = True
                    return
                raise Incomplete(f"the peer closed within {self.framing} content, {self._left} bytes missing")
            if self.framing != "close":
                self._take(len(piece))
            yield piece

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left:
            return
        if self.framing == "length":
            self._finished = True
        elif self.stream.read_exactly(2) != b"\r\n":
            raise Malformed("a chunk doesn't end in CRLF")

    def _read_chunk_head(self) -> None:
        try:
            line = self.stream.read_line()
        except EOFError:
            raise Incomplete("the peer closed without a terminating chunk") from None
        if not _CHUNK_SIZE.match(line):
            raise Malformed(f"not a chunk size: {line!r}")
        self._left = int(line, 16)
        if self._left == 0:
            self.trailers = read_fields(self.stream)
            self._finished = True

    def read(self) -> bytes:
        """All that is left of it."""
        return b"".join(self.pieces())


def content_after(head: "AnswerHead | RequestHead", stream: ByteStream, asked: str = "GET") -> Content:
    """The content that belongs to a head; `asked` is the method that an answer answers (RFC 9112, section 6.3)."""
    is_answer = isinstance(head, AnswerHead)
    lengths, codings = head.fields.all("Content-Length"), head.fields.all("Transfer-Encoding")
    if lengths and codings:
        raise Malformed("both Content-Length and Transfer-Encoding")
    if len(lengths) > 1 or (lengths and not _LENGTH.match(lengths[0])):
        raise Malformed(f"Content-Length {lengths}")
    if codings and [coding.lower() for coding in codings] != ["chunked"]:
        raise Malformed(f"Transfer-Encoding {codings}")
    if is_answer and (asked == "HEAD" or head.status < 200 or head.status in (204, 304)):
        if codings and head.status in (204, *range(100, 200)):
            raise Malformed(f"Transfer-Encoding in a {head.status} answer")
        return Content(stream, "none")
    if codings:
        return Content(stream, "chunked")
    if lengths:
        return Content(stream, "length", int(lengths[0]))
    return Content(stream, "close" if is_answer else "none")
