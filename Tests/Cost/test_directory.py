"""A million tokens of ten thousand accounts fit into the memory that `docs/operations.md` says.

Memory is counted, time is not judged: a busy machine may take as long as it likes.
"""

from __future__ import annotations

import json
import subprocess

from test_cost import EXECUTABLE


def test_a_million_tokens_take_no_more_than_they_may():
    done = subprocess.run(
        [EXECUTABLE, "directory", "1000000", "10000"], capture_output=True, text=True, check=True, timeout=600)
    figures = json.loads(done.stdout)
    assert figures["memory_kib"] <= 150_000, figures
    assert figures["peak_kib"] <= 250_000, figures
    # Less would be a directory without its tokens.
    assert figures["memory_kib"] >= 1_000_000 * 32 // 1024, figures
