"""The table of a run as Markdown, and everything measured as JSON."""

import json
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .figures import median
from .loads import Column, Load, Target
from .session import Outcome

Runs = dict[str, list[dict[str, float]]]
NOISY_SHARE = 5.0


def markdown(loads: Sequence[Load], outcome: Outcome, facts: dict[str, str], settings: dict[str, object],
             at: datetime) -> str:
    parts = [f"# Measured {at:%Y-%m-%d %H:%M} UTC", ""]
    parts += [f"- {name}: {value}" for name, value in {**facts, **settings}.items()]
    parts += [f"- skipped: {name} ({reason})" for name, reason in outcome.skipped.items()]
    parts += [f"- **FAILED**: {failure}" for failure in outcome.failures]
    noisy = _noisy(outcome)
    if noisy:
        parts.append(f"- somebody else used more than {NOISY_SHARE:.0f} % of the measured core in: {', '.join(noisy)}")
    parts += ["", *_summary(loads, outcome)]
    for load in loads:
        if load.name in outcome.runs:
            parts += ["", f"## {load.title}", "", *_table(load, outcome.runs[load.name])]
    return "\n".join(parts) + "\n"


def raw_json(outcome: Outcome, facts: dict[str, str], settings: dict[str, object], at: datetime) -> str:
    return json.dumps({
        "at": at.isoformat(timespec="seconds"), "facts": facts, "settings": settings, "skipped": outcome.skipped,
        "failures": outcome.failures, "runs": outcome.runs}, indent=1) + "\n"


def write(folder: Path, name: str, text: str, raw: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(raw)
    (folder / f"{name}.md").write_text(text)
    return folder / f"{name}.md"


def middle(runs: Runs, name: str, key: str) -> float | None:
    """The median of a figure over the rounds; None where the peer has none."""
    values = [run[key] for run in runs.get(name, []) if key in run and math.isfinite(run[key])]
    return median(values) if values else None


def ratio(runs: Runs, key: str, against: Sequence[str]) -> tuple[float, str] | None:
    """Ours over the least of the others, and whose that is."""
    ours = middle(runs, "ours", key)
    others = [(value, name) for name in against if (value := middle(runs, name, key))]
    if ours is None or not others:
        return None
    least, name = min(others)
    return ours / least, name


def _summary(loads: Sequence[Load], outcome: Outcome) -> list[str]:
    lines = ["| load | figure | ours | against | ratio | target | |", "|---|---|---:|---|---:|---:|---|"]
    for load in loads:
        runs = outcome.runs.get(load.name)
        if runs is None or middle(runs, "ours", load.columns[0].key) is None:
            continue
        targets = load.targets or [Target(key, math.inf) for key in ("cpu_us",) if _column(load, key)]
        for target in targets:
            lines += _summary_line(load, target, runs)
    return lines if len(lines) > 2 else []


def _summary_line(load: Load, target: Target, runs: Runs) -> list[str]:
    column, ours = _column(load, target.key), middle(runs, "ours", target.key)
    if column is None or ours is None:
        return []
    found = ratio(runs, target.key, target.against)
    compared = found[0] if target.is_ratio and found else (ours if not target.is_ratio else None)
    limit = "" if target.limit == math.inf else f"≤ {target.limit:g}"
    verdict = "" if compared is None or not limit else ("met" if compared <= target.limit else "**missed**")
    return [f"| {load.name} | {column.heading} | {ours:.{column.decimals}f} | {found[1] if found else ''} | "
            f"{f'{found[0]:.2f}' if found else ''} | {limit} | {verdict} |"]


def _table(load: Load, runs: Runs) -> list[str]:
    columns = [column for column in load.columns if any(middle(runs, name, column.key) is not None for name in runs)]
    spread = _column(load, "cpu_us") or load.columns[0]
    lines = ["| peer | " + " | ".join(column.heading for column in columns) + " | spread | errors |",
             "|---|" + "---:|" * (len(columns) + 2)]
    for name in runs:
        cells = [_cell(middle(runs, name, column.key), column) for column in columns]
        errors = sum(run["errors"] for run in runs[name])
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {_spread(runs[name], spread)} | {errors:.0f} |")
    key = columns[0].key if columns else ""
    if found := ratio(runs, "cpu_us" if _column(load, "cpu_us") else key, ("nginx", "haproxy")):
        lines += ["", f"ours / the better of nginx and HAProxy ({found[1]}): **{found[0]:.2f}**"]
        lines += _above_floor(runs, found[1])
    return lines


def _above_floor(runs: Runs, name: str) -> list[str]:
    """The same of what each adds to a relay that reads nothing: below that no proxy gets."""
    floor, ours, other = (middle(runs, peer, "cpu_us") for peer in ("floor", "ours", name))
    if floor is None or ours is None or other is None or other <= floor:
        return []
    return ["", f"above the floor of {floor:.1f} µs: {ours - floor:.1f} / {other - floor:.1f} µs: "
                f"**{(ours - floor) / (other - floor):.2f}**"]


def _cell(value: float | None, column: Column) -> str:
    return "" if value is None else f"{value:,.{column.decimals}f}"


def _spread(runs: list[dict[str, float]], column: Column) -> str:
    """The least and the greatest of a figure over the rounds."""
    values = [run[column.key] for run in runs if column.key in run]
    return f"{min(values):,.{column.decimals}f}–{max(values):,.{column.decimals}f}" if values else ""


def _column(load: Load, key: str) -> Column | None:
    return next((column for column in load.columns if column.key == key), None)


def _noisy(outcome: Outcome) -> list[str]:
    return [f"{load} ({name})" for load, runs in outcome.runs.items() for name in runs
            if (middle(runs, name, "foreign") or 0) > NOISY_SHARE]
