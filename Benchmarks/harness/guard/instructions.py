"""Instructions per request, all threads, user space, under valgrind's callgrind."""

import re

from ..machine import find_program
from ..peers import Peer, Surroundings, Unavailable, Variant
from .difference import per_request
from .preload import library


OUTPUT = "callgrind.%p.out"


def callgrind(program: str, around: Surroundings) -> Variant:
    # --fair-sched: threads of the server take turns in order, so that a log writer's thread can't starve the loop.
    return Variant(
        single=True, environment={"LD_PRELOAD": str(library(around.scratch, "sigsuspend"))},
        prefix=[program, "--tool=callgrind", "--fair-sched=yes", "-q",
                f"--callgrind-out-file={around.scratch / OUTPUT}"])


def count(kind: type[Peer], around: Surroundings, upstream_port: int, script: str, requests: int) -> dict[str, float]:
    program = find_program("valgrind")
    if program is None:
        raise Unavailable("valgrind is not installed")
    variant = callgrind(program, around)

    def read() -> dict[str, float]:
        total = 0
        for path in around.scratch.path.glob(OUTPUT.replace("%p", "*")):
            found = re.search(r"^(?:summary|totals): (\d+)", path.read_text(errors="replace"), re.M)
            total += int(found.group(1)) if found else 0
            path.unlink()
        if total == 0:
            raise RuntimeError("callgrind has left no count")
        return {"instructions": total}

    return per_request(kind, around, upstream_port, variant, script, requests, read)
