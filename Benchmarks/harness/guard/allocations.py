"""Heap allocations per request, all threads: a library preloaded into the server counts them in a file we can read."""

import struct

from ..peers import Peer, Surroundings, Variant
from .preload import library
from .script import Script

COUNTERS = struct.Struct("=QQQ")


def count(kind: type[Peer], around: Surroundings, upstream_port: int, script: str, requests: int) -> dict[str, float]:
    """One run is enough: the counters are read before and after the steady state. `heap_growth` is allocations less
    frees: what a leak would show."""
    counters = around.scratch / "countalloc.bin"
    counters.write_bytes(bytes(COUNTERS.size))
    environment = {"LD_PRELOAD": str(library(around.scratch, "countalloc")), "COUNTALLOC_FILE": str(counters)}
    peer = kind(around, upstream_port, Variant(single=True, environment=environment))
    peer.start()
    try:
        played = Script(peer, script)
        played.play(requests // 10)
        before = COUNTERS.unpack(counters.read_bytes())
        played.play(requests)
        after = COUNTERS.unpack(counters.read_bytes())
        played.close()
    finally:
        peer.stop()
    if after[0] == 0:
        raise RuntimeError("the counting library was not loaded")
    allocations, frees, allocated = ((new - old) / requests for old, new in zip(before, after))
    return {"allocations": allocations, "allocated_bytes": allocated, "heap_growth": allocations - frees}
