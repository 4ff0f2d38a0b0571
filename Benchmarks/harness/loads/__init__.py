"""The loads, in the order they are run."""

from .closed import Closed
from .herd import Herd
from .idle import Idle
from .live import Live
from .load import Column, Load, Target
from .open_loop import OpenLoop
from .transfer import Transfer

__all__ = ["Column", "Load", "Target", "all_loads"]

SMALL = "/streams"
FRAME = "/streams/{stream}/preview/handler/frame"


def all_loads() -> list[Load]:
    floors = ("floor", "floor-io_uring")
    return [
        Closed("json-1", "Small JSON, 1 connection", SMALL, 1, [Target("p50_ms", 1.0, against=("nginx",))]),
        Closed("json-32", "Small JSON, 32 connections", SMALL, 32, [Target("cpu_us", 0.70)], yardsticks=floors),
        Closed("json-256", "Small JSON, 256 connections", SMALL, 256, [Target("cpu_us", 0.70)], yardsticks=floors),
        Closed("json-5000", "Small JSON, 5,000 connections", SMALL, 5000, [], yardsticks=floors),
        OpenLoop(),
        Closed("frame-32", "64 KiB frame, 32 connections", FRAME, 32, [Target("cpu_us", 0.90)]),
        Transfer("download", "32 MiB download, 4 connections", False, [Target("cpu_us", 1.0)]),
        Transfer("upload", "32 MiB upload, 4 connections", True, [Target("cpu_us", 1.0)]),
        Closed("churn", "Small JSON, a new connection for each request, 32 at a time", SMALL, 32, [],
               ("Connection: close",)),
        Herd(),
        Live(),
        Idle(),
    ]
