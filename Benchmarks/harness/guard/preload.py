"""Libraries of ours to put into a server: compiled when they are needed."""

import subprocess
from pathlib import Path

from ..scratch import Scratch

SOURCES = Path(__file__).resolve().parents[2] / "native"


def library(scratch: Scratch, name: str) -> Path:
    """Compiles `native/<name>.c`."""
    compiled = scratch / f"{name}.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", compiled, SOURCES / f"{name}.c"], check=True, timeout=60)
    return compiled
