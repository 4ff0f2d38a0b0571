"""What each count may be at most: one committed file per toolchain, since compilers change the counts."""

import json
import platform
import re
from pathlib import Path

from ..machine import first_line

FOLDER = Path(__file__).resolve().parents[2] / "thresholds"
GUARDED = ("instructions", "socket_calls", "wait_calls", "system_calls", "allocations")


def toolchain() -> str:
    """Such as `swift-6.3-x86_64`: a patch release does not change code generation enough to matter."""
    version = first_line(["swift", "--version"], r"Swift version (\d+\.\d+)") or "unknown"
    return f"swift-{version}-{platform.machine()}"


def load(name: str) -> dict[str, dict[str, float]] | None:
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def save(name: str, found: dict[str, dict[str, float]], allowance: float) -> Path:
    """The counts with an allowance on top, and a little more for those near 0."""
    limits = {
        script: {key: round(figures[key] * (1 + allowance) + (50 if key == "instructions" else 0.05), 2)
                 for key in GUARDED if key in figures}
        for script, figures in found.items()}
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(limits, indent=2) + "\n")
    return path


def exceeded(found: dict[str, dict[str, float]], limits: dict[str, dict[str, float]]) -> list[str]:
    """A sentence per count that is above its limit, or that has a limit but was not taken."""
    complaints = []
    for script, limit in limits.items():
        for key, most in limit.items():
            value = found.get(script, {}).get(key)
            if value is None:
                complaints.append(f"{script}: {key} was not counted")
            elif value > most:
                complaints.append(f"{script}: {value:.2f} {re.sub('_', ' ', key)} per request, allowed {most:g}")
    return complaints
