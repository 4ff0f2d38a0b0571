"""200 live viewers: CPU per delivered frame, the delay the proxy adds, memory per viewer, quick and stalled."""

import time

from ..figures import latencies_ms
from ..meter import MemoryReading
from ..peers import Peer
from .live_bed import LiveBed
from .live_viewer import FRAME_BYTES
from .load import PLACE, Column, Load, Target, cpu_columns, metered

VIEWERS = 200
FRAMES_PER_SECOND = 15
STALL = 3.0


class Live(Load):
    """The proxies stand before an origin of our own instead of nginx. A fresh peer each time, because of the memory."""

    name = "live-200"
    title = f"{VIEWERS} live viewers, {FRAMES_PER_SECOND} frames/s of {FRAME_BYTES // 1000} KB"
    fresh = True
    yardsticks = ("direct",)
    live = True
    warms_up = False
    most_rounds = 5
    columns = [*cpu_columns("frame"), Column("fps", "frames/s", 0), Column("p50_ms", "delay p50 ms", 2),
               Column("p99_ms", "p99 ms", 2), Column("p999_ms", "p99.9 ms", 2), Column("skipped", "skipped", 0),
               Column("viewer_kib", "KiB/viewer"), Column("stalled_kib", "stalled KiB/viewer"), *PLACE]
    targets = [Target("viewer_kib", 64, is_ratio=False), Target("stalled_kib", 64, is_ratio=False)]

    def __init__(self) -> None:
        self.bed: LiveBed | None = None

    def upstream_port(self, backend_port: int) -> int:
        if self.bed is None:
            self.bed = LiveBed()
        return self.bed.port

    def finish(self) -> None:
        if self.bed is not None:
            self.bed.close()
            self.bed = None

    def measure(self, peer: Peer, seconds: float) -> dict[str, float]:
        assert self.bed is not None
        bed, credentials = self.bed, peer.around.credentials
        bed.identify(credentials.stream, credentials.account)
        # One request first, so that what is made once is in the base.
        bed.open_viewers(peer, 1)
        bed.play(0.5, VIEWERS * FRAMES_PER_SECOND)
        bed.close_viewers()
        bed.play(0.2, VIEWERS * FRAMES_PER_SECOND)
        base = peer.memory()
        bed.open_viewers(peer, VIEWERS)
        bed.play(1.0, VIEWERS * FRAMES_PER_SECOND)
        errors = bed.missing_viewers(VIEWERS)
        try:
            figures = metered(peer, lambda: self._run(bed, seconds), units="frames")
            figures["viewer_kib"] = _kib_per_viewer(base, peer.memory())
            bed.is_reading = False
            bed.play(STALL, VIEWERS * FRAMES_PER_SECOND)
            figures["stalled_kib"] = _kib_per_viewer(base, peer.memory())
        finally:
            bed.close_viewers()
            bed.play(0.2, VIEWERS * FRAMES_PER_SECOND)
        figures["errors"] += errors
        return figures

    def _run(self, bed: LiveBed, seconds: float) -> dict[str, float]:
        bed.reset()
        begin = time.monotonic()
        bed.play(seconds, VIEWERS * FRAMES_PER_SECOND)
        elapsed = time.monotonic() - begin
        # A frame the origin had to leave out because the last was still on its way is no error of the proxy's answer,
        # but it is shown.
        return {
            "frames": len(bed.delays), "fps": len(bed.delays) / elapsed, "skipped": bed.skipped,
            "errors": bed.missing_viewers(VIEWERS), **latencies_ms(bed.delays)}


def _kib_per_viewer(base: MemoryReading, now: MemoryReading) -> float:
    return (now.unique - base.unique) / VIEWERS / 1024
