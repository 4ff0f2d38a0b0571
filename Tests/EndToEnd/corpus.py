"""The corpus of raw messages (Tests/Corpus), read as its README describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "Corpus"
_ESCAPE = re.compile(r"\\(?:([rnt\\])|x([0-9A-F]{2})|\(([0-9]+) ([^)]*)\))")
_NAMED = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
#: Reasons that are found in content: where an answer's head was fine, it may have gone out before.
_OF_CONTENT = ("bad_chunk", "chunk_too_long", "chunk_overhead", "bad_trailer", "forbidden_trailer")


def unescape(text: str) -> bytes:
    """The bytes that a line of the corpus stands for."""
    result, position = b"", 0
    for match in _ESCAPE.finditer(text):
        result += text[position : match.start()].encode("ascii")
        named, number, count, repeated = match.groups()
        if named:
            result += _NAMED[named]
        elif number:
            result += bytes([int(number, 16)])
        else:
            result += int(count) * unescape(repeated)
        position = match.end()
    assert "\\" not in text[position:], f"an unknown escape in {text!r}"
    return result + text[position:].encode("ascii")


@dataclass(frozen=True)
class Case:
    """One message and what must become of it."""

    number: int
    file: str
    title: str
    source: str
    message: str
    #: accepted, incomplete or refused
    outcome: str
    #: Of a refusal.
    status: int
    reason: str
    content: bytes
    rest: bytes
    closes: bool
    raw: bytes

    @property
    def is_request(self) -> bool:
        return self.message == "request"

    @property
    def method(self) -> str:
        """The method that an answer answers."""
        return self.message.rpartition(" ")[2]

    @property
    def is_found_in_content(self) -> bool:
        """Whether the fault, or the missing end, comes after a head that was fine."""
        if self.outcome == "incomplete":
            return b"\r\n\r\n" in self.raw and not self.raw.startswith(b"HTTP/1.1 1")
        return self.reason in _OF_CONTENT

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


def _case(number: int, file: str, text: str) -> Case:
    head, _, raw = text.partition("\nraw:\n")
    title, *lines = head.split("\n")
    fields = dict(line.split(": ", 1) for line in lines)
    outcome, *words = fields["expect"].split(" ")
    return Case(
        number=number,
        file=file,
        title=title.removeprefix("== "),
        source=fields["source"],
        message=fields["message"],
        outcome=outcome,
        status=int(words[0]) if words else 0,
        reason=words[1] if words else "",
        content=unescape(fields.get("content", "")),
        rest=unescape(fields.get("rest", "")),
        closes="then" in fields,
        raw=unescape(raw.replace("\n", "")),
    )


def _read() -> "list[Case]":
    cases: "list[Case]" = []
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"\n\n+", path.read_text().strip("\n")):
            cases.append(_case(len(cases), path.stem, block))
    return cases


CASES = _read()
REQUESTS = [case for case in CASES if case.is_request]
ANSWERS = [case for case in CASES if not case.is_request]
