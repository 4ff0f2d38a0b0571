"""Something of which there is so much for all."""

from __future__ import annotations

from collections import Counter


class Shares:
    """Nobody has more of it than is left: one alone has half, and whoever comes next still finds some."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._held: Counter[str] = Counter()

    def take(self, holder: str, amount: int = 1) -> bool:
        """Whether the holder has so much more from now on."""
        if self._held[holder] + amount > self._free:
            self._drop_if_empty(holder)
            return False
        self._held[holder] += amount
        self._free -= amount
        return True

    def give_back(self, holder: str, amount: int = 1) -> None:
        """The holder has so much less."""
        self._held[holder] -= amount
        self._free += amount
        self._drop_if_empty(holder)

    def _drop_if_empty(self, holder: str) -> None:
        if not self._held[holder]:
            del self._held[holder]
