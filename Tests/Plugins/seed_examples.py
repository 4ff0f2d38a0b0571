"""The examples in the seed's text, which is no part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

from host_process import REPOSITORY

#: Beside the repository, or where LUNA_SEED says.
SEED = Path(os.environ.get("LUNA_SEED", REPOSITORY.parent / "shared" / "seed" / "luna-api-plugins.txt"))
#: The list item that the examples stand in is indented by so much.
_INDENT = 4


def examples() -> list[str]:
    """The sources of the examples, in their order, without the indent of the text around them.

    A source begins with its docstring's quotes and ends before the text that says what "this plugin demonstrates".
    """
    sources: list[str] = []
    lines: list[str] | None = None
    for line in SEED.read_text().splitlines():
        text = line[_INDENT:]
        if lines is None and line == " " * _INDENT + '"""':
            lines = []
        elif lines is not None and text.startswith("This plugin demonstrates"):
            sources.append("\n".join(lines).rstrip() + "\n")
            lines = None
        if lines is not None:
            lines.append(text)
    return sources
