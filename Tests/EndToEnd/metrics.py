"""What `GET /metrics` says, read by rules of its own: names and labels to numbers."""

from __future__ import annotations

import re
from typing import Any, Dict, FrozenSet, Tuple

Key = Tuple[str, FrozenSet[Tuple[str, str]]]
_SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)\Z')
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|\Z)')


def scrape(proxy: Any) -> str:
    """The text as it comes."""
    with proxy.connect() as connection:
        connection.ask("GET", "/metrics")
        answer = connection.read_answer()
    assert answer.status == 200, answer
    assert answer.fields.one("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return answer.content.decode()


def samples(text: str) -> "Dict[Key, float]":
    """Every sample; a name with the same labels twice is a fault."""
    found: "Dict[Key, float]" = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = _SAMPLE.match(line)
        assert match, line
        key = (match.group(1), frozenset(_LABEL.findall(match.group(2) or "")))
        assert key not in found, f"twice: {line}"
        found[key] = float(match.group(3))
    return found


class Metrics:
    """One scrape."""

    def __init__(self, proxy: Any) -> None:
        self.text = scrape(proxy)
        self.samples = samples(self.text)

    def value(self, name: str, **labels: str) -> float:
        """The sample with exactly these labels; 0 where there is none."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def total(self, name: str, **labels: str) -> float:
        """The sum of all samples of that name which have these labels, whatever others they have."""
        wanted = set(labels.items())
        return sum(value for (found, have), value in self.samples.items() if found == name and wanted <= have)
