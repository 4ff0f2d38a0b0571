"""The executable without debug information: valgrind 3.19 can't read what Swift 6.3 writes of it. Names of functions stay."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def stripped(binary: Path) -> Iterator[Path]:
    """A copy that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="stripped-") as folder:
        copy = Path(folder) / binary.name
        subprocess.run(["strip", "--strip-debug", "-o", copy, binary], check=True)
        yield copy
