"""What a running proxy tells at `/metrics`, and what Prometheus' own tool says of rules about it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from conftest import REPOSITORY
from metrics import scrape

RULES = REPOSITORY / "deploy/prometheus/alerts.yaml"
SCRAPE = REPOSITORY / "deploy/prometheus/scrape.yaml"
DASHBOARD = REPOSITORY / "deploy/grafana/dashboard.json"
#: What Prometheus adds itself.
OWN = {"up", "ALERTS"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACES = re.compile(r"\{[^}]*\}")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_NAME = re.compile(r"\b[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()")
_WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset", "inf"}


def sample_names(proxy: Any) -> "dict[str, set[str]]":
    """Each name that a sample of it may have, and the labels that the samples there are have."""
    text = scrape(proxy)
    names: "dict[str, set[str]]" = {}
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
        for suffix in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
            names[name + suffix] = set()
    for name, labels in re.findall(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        names[name].update(re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="', labels))
    return names


def metrics_of(expression: str) -> "set[str]":
    """The names of metrics in an expression of PromQL."""
    text = re.sub(r"\[[^\]]*\]", "", _GROUPING.sub(" ", _BRACES.sub(" ", _STRING.sub('""', expression))))
    return {name for name in _NAME.findall(text) if name not in _WORDS}


def matchers_of(expression: str) -> "set[tuple[str, str, str]]":
    """Each metric with a label that is asked of it and the words that are asked for."""
    found = set()
    for name, braces in re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}", expression):
        found.update((name, label, value) for label, value in re.findall(r'(\w+)\s*[=!]~?\s*"([^"]*)"', braces))
    return found


def promtool(*words: "str | Path") -> str:
    """Runs it; what it says is the failure's text."""
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
