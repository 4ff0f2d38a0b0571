"""The tables of docs/conformance.md, made from what the tests of the corpus have seen."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from corpus import CASES, Case

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
#: The tables stand between these lines; what is around them is written by hand.
_BEGIN, _END = "<!-- made by test_corpus.py -->\n", "<!-- end of what test_corpus.py makes -->\n"

#: What a file of the corpus is about, in the order of the document.
GROUPS = {
    "request-lines": "Request lines",
    "methods": "Methods",
    "targets": "Targets",
    "hosts": "Hosts",
    "fields": "Fields of requests",
    "connections": "Connection and Upgrade",
    "expectations": "Expect",
    "content-lengths": "Content-Length",
    "transfer-encodings": "Transfer-Encoding",
    "length-and-coding": "Content-Length beside Transfer-Encoding",
    "chunks": "Chunks",
    "chunk-extensions": "Chunk extensions",
    "trailers": "Trailer fields",
    "responses": "Answers: of each kind one",
    "response-lines": "Answers: status lines",
    "response-fields": "Answers: fields",
    "response-lengths": "Answers: Content-Length",
    "response-codings": "Answers: Transfer-Encoding and chunks",
    "response-contentless": "Answers without content",
    "response-interim": "Interim answers",
}

#: How a source is recognised as one of the suites and collections that the cases come from.
_SUITES = {
    "Http11Probe": "Http11Probe",
    "HTTP Garden": "HTTP Garden",
    "http-request-smuggler": "http-request-smuggler (PortSwigger)",
    "PortSwigger": "PortSwigger's research",
    "http-desync-guardian": "http-desync-guardian (AWS)",
    "llhttp": "llhttp",
    "picohttpparser": "picohttpparser",
    "h1spec": "h1spec",
    "RFC": "the RFCs alone or beside others",
    "CVE": "CVE entries",
}


def _cell(text: str) -> str:
    """Text that can stand in a cell: no character of it means anything to Markdown."""
    return re.sub(r"([\\`*_|<>\[\]~])", r"\\\1", text)


def _suites() -> "Counter[str]":
    found: "Counter[str]" = Counter()
    for case in CASES:
        names = {part.strip() for part in case.source.split(";")}
        for prefix, suite in _SUITES.items():
            found[suite] += any(name.startswith(prefix) for name in names)
    return found


def _table(head: "tuple[str, ...]", rows: "list[tuple[str, ...]]") -> "list[str]":
    return [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]


def tables(observed: "dict[Case, str]") -> str:
    """The made part of the document. `observed` holds what was seen of every case."""
    assert set(GROUPS) == {case.file for case in CASES}, "each file of the corpus has its place in the document"
    count = Counter(case.outcome for case in CASES)
    lines = [
        f"{len(CASES)} cases: {sum(case.is_request for case in CASES)} requests and "
        f"{sum(not case.is_request for case in CASES)} answers; {count['refused']} are refused, {count['accepted']} "
        f"accepted, {count['incomplete']} end too early. None fails.",
        "",
        *_table(("named as a source", "cases"), [(suite, str(n)) for suite, n in _suites().items()]),
    ]
    for file, title in GROUPS.items():
        cases = [case for case in CASES if case.file == file]
        rows = [(_cell(case.title), observed[case], _cell(case.source)) for case in cases]
        lines += ["", f"### {title} ({len(cases)})", "", *_table(("case", "what we do", "source"), rows)]
    return "\n".join(lines) + "\n"


def committed() -> str:
    """The made part as it stands in the document."""
    return DOCUMENT.read_text().partition(_BEGIN)[2].partition(_END)[0].strip("\n") + "\n"


def write(made: str) -> None:
    """Puts the made part into the document."""
    before, _, rest = DOCUMENT.read_text().partition(_BEGIN)
    DOCUMENT.write_text(f"{before}{_BEGIN}\n{made}\n{_END}{rest.partition(_END)[2]}")
