"""Small statistics: percentiles of one run, medians over runs."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that at least that share (0 to 100) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def latencies_ms(seconds: Sequence[float]) -> dict[str, float]:
    """The three percentiles every table shows."""
    return {f"p{name}_ms": percentile(seconds, share) * 1000 for name, share in
            (("50", 50), ("99", 99), ("999", 99.9))}
