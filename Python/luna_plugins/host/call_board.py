"""The calls that are under way, where they can be read after the host has ended, however that came about."""

from __future__ import annotations

import mmap
import os

#: Bytes of one call, and how many calls stand there at most; the first place is for the one that began last.
PLACE = 256
PLACES = 256


class CallBoard:
    """A file in memory with a place for each call: `<plugin>\\t<call>`, zeros where there is none.

    Written at the cost of a copy, without a system call. Used on the host's loop only.
    """

    def __init__(self, path: str | None) -> None:
        """Raises OSError. Without a path it remembers nothing."""
        self._memory: mmap.mmap | None = None
        self._free = list(range(PLACES - 1, 0, -1))
        if path is None:
            return
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.ftruncate(descriptor, PLACE * PLACES)
            self._memory = mmap.mmap(descriptor, PLACE * PLACES)
        finally:
            os.close(descriptor)

    def begin(self, plugin: str, call: str) -> int | None:
        """Writes a call down; its place, None where there is none left."""
        if self._memory is None:
            return None
        text = f"{plugin}\t{call}".encode("utf-8", "replace")[:PLACE].ljust(PLACE, b"\0")
        self._memory[:PLACE] = text
        if not self._free:
            return None
        place = self._free.pop()
        self._memory[place * PLACE : (place + 1) * PLACE] = text
        return place

    def end(self, place: int | None) -> None:
        """Takes a call away."""
        if self._memory is not None and place is not None:
            self._memory[place * PLACE : (place + 1) * PLACE] = bytes(PLACE)
            self._free.append(place)
