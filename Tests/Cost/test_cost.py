"""Cost grows no faster than its cause: twice the input takes at most 2.5 times the instructions, and what has nothing to do
with the input does not grow with it.

Each workload runs at one size and at twice that, in an executable of its own (release), under Valgrind, which counts the
instructions of the work alone: no time is measured, so a busy machine changes nothing. What is sorted or kept in a heap is a
little above 2, what costs the square is 4.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXECUTABLE = Path(os.environ.get("COST_WORKLOADS", REPOSITORY / ".build/release/cost-workloads"))
#: Doubled input may take so many times the instructions.
MOST = 2.5
#: Where twice as much is there, but not to be worked through.
MOST_FLAT = 1.25
#: In less than this, what is spent whatever the size is could hide how the rest grows.
LEAST_INSTRUCTIONS = 20_000


def names(kind: str = "list") -> "list[str]":
    done = subprocess.run([EXECUTABLE, kind], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def count(workloads: "list[str]", folder: Path) -> "dict[str, list[int]]":
    """The instructions of each at both sizes."""
    valgrind = shutil.which("valgrind")
    assert valgrind, "Valgrind is installed: scripts/install-dependencies test"
    # Valgrind 3.19 gives up over the debugging information of some executables; names are all that it needs.
    executable = folder / "workloads"
    subprocess.run(["strip", "--strip-debug", "-o", executable, EXECUTABLE], check=True)
    # One function, by two patterns: of two options with the same pattern Valgrind 3.19 obeys one. The optimizer makes a
    # copy of it for some workloads, under a name that begins alike.
    toggled, dumped = "*measureCost*", "$s14cost_workloads11measureCost*"
    done = subprocess.run(
        [valgrind, "--tool=callgrind", f"--callgrind-out-file={folder}/counts", "--collect-atstart=no",
         f"--toggle-collect={toggled}", f"--dump-after={dumped}", executable, "run", *workloads],
        capture_output=True, text=True, timeout=1800,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    ran = [line.split("\t")[0] for line in done.stdout.splitlines()]
    dumps = sorted(folder.glob("counts.*"), key=lambda file: int(file.suffix[1:]))
    assert len(dumps) >= len(ran) == 2 * len(workloads), (len(dumps), ran)
    found: "dict[str, list[int]]" = {}
    for name, dump in zip(ran, dumps):
        total = re.search(r"^(?:summary|totals): (\d+)", dump.read_text(errors="replace"), re.MULTILINE)
        assert total, dump
        found.setdefault(name, []).append(int(total.group(1)))
    return found


@pytest.fixture(scope="session")
def counts(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, list[int]]":
    return count(names() + names("list-flat"), tmp_path_factory.mktemp("cost"))


def too_much(once: int, twice: int) -> bool:
    return twice > MOST * once


@pytest.mark.parametrize("workload", names())
def test_twice_the_input_is_no_more_than_twice_the_work_and_a_little(counts, workload):
    once, twice = counts[workload]
    assert once >= LEAST_INSTRUCTIONS, f"{once} instructions: a larger size is needed to see how it grows"
    assert not too_much(once, twice), f"{once} instructions, then {twice}: {twice / once:.2f} times as many"
    # Less than twice is well: of many problems only so many are told.
    assert twice > 1.1 * once, f"{once} instructions, then {twice}: the size changes nothing, so nothing is shown"


@pytest.mark.parametrize("workload", names("list-flat"))
def test_what_is_there_and_not_touched_costs_nothing(counts, workload):
    once, twice = counts[workload]
    assert once >= LEAST_INSTRUCTIONS, f"{once} instructions: no work was counted"
    assert twice <= MOST_FLAT * once, f"{once} instructions, then {twice}: {twice / once:.2f} times as many"


def test_what_costs_the_square_is_seen(tmp_path):
    once, twice = count(["the square, to see that it is found"], tmp_path)["the square, to see that it is found"]
    assert too_much(once, twice)
