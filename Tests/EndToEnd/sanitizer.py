"""Executables built with a sanitizer (`make sanitizer-tests`): where they report, what they cost, and that none reports.

`SANITIZER` is "address" or "thread", or not set. `scripts/sanitizer-tests` puts what every process is to get into the
environment; where to report joins it here, before any is started.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

NAME = os.environ.get("SANITIZER", "")
#: What a process must find in its environment.
VARIABLES = {"": (), "address": ("ASAN_OPTIONS", "LSAN_OPTIONS"), "thread": ("TSAN_OPTIONS", "LD_PRELOAD")}[NAME]
#: By how much longer a test waits before it gives up: what is built with a sanitizer is a debug build as well.
SLOWNESS = 4 if NAME else 1
#: What memory is worth: ASan puts red zones around each allocation, TSan has several bytes of shadow for each that is
#: touched. Beside that ASan keeps what was freed for a while, up to so many bytes, to see who still uses it.
_FACTOR = {"": 1, "address": 3, "thread": 6}[NAME]
_KEPT = {"": 0, "address": 24 << 20, "thread": 0}[NAME]
#: Each process that reports has a file here; so no report is missed, whoever started the process and reads its output.
_REPORTS = Path(tempfile.mkdtemp(prefix="sanitizer-")) if NAME else None

#: Where all of them are kept for `scripts/sanitizer-tests`, which fails by them even if the test then passes.
_FINDINGS = Path(os.environ["SANITIZER_FINDINGS"]) if "SANITIZER_FINDINGS" in os.environ else None

if _REPORTS:
    atexit.register(shutil.rmtree, _REPORTS, ignore_errors=True)
    _options = [os.environ.get(VARIABLES[0], ""), f"log_path={_REPORTS}/report"]
    if NAME == "address":
        _options.append("quarantine_size_mb=16")
    os.environ[VARIABLES[0]] = ":".join(filter(None, _options))


def plain(growth: int) -> int:
    """By how much a build without a sanitizer would have grown, at least, where this one has grown by so many bytes."""
    return max(0, growth - _KEPT) // _FACTOR


def assert_silent() -> None:
    """No process has reported anything."""
    for report in sorted(_REPORTS.iterdir()) if _REPORTS else ():
        text = report.read_text(errors="replace")
        report.unlink()  # One test fails by it, not all that follow.
        if _FINDINGS:
            _FINDINGS.open("a").write(text)
        raise AssertionError(f"a sanitizer reports:\n{text[:6000]}")
