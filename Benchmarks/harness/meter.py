"""What a server has used: processor time and memory, over all its processes and threads."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CPUReading:
    """`nanoseconds` is the kernel's exact count, threads that ended included. The split into user and system is sampled
    by the kernel and given in clock ticks (usually 10 ms), so only its proportion is used."""

    nanoseconds: int
    user_ticks: int
    system_ticks: int

    @staticmethod
    def take(pids: Iterable[int]) -> "CPUReading":
        nanoseconds = user = system = 0
        for pid in pids:
            # The number of a process's own clock: clock_getcpuclockid(3), which Python does not export.
            nanoseconds += time.clock_gettime_ns((~pid << 3) | 2)
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            user += int(fields[11])
            system += int(fields[12])
        return CPUReading(nanoseconds, user, system)

    def since(self, earlier: "CPUReading", units: float) -> dict[str, float]:
        """Microseconds per unit of work: total, user, system."""
        total = (self.nanoseconds - earlier.nanoseconds) / 1000
        user = self.user_ticks - earlier.user_ticks
        system = self.system_ticks - earlier.system_ticks
        figures = {"cpu_us": total / units, "cpu_seconds": total / 1e6}
        if user + system > 0:
            figures["user_us"] = figures["cpu_us"] * user / (user + system)
            figures["system_us"] = figures["cpu_us"] * system / (user + system)
        return figures


@dataclass(frozen=True)
class CoreReading:
    """How busy the measured core was, whoever kept it busy: shows when somebody else used it."""

    busy_seconds: float
    at: float

    @staticmethod
    def take(cores: Iterable[int]) -> "CoreReading":
        names = {f"cpu{core}" for core in cores}
        ticks = 0
        with open("/proc/stat", encoding="ascii") as file:
            for line in file:
                fields = line.split()
                if fields and fields[0] in names:
                    user, nice, system, _idle, _wait, interrupts, soft, steal = map(int, fields[1:9])
                    ticks += user + nice + system + interrupts + soft + steal
        return CoreReading(ticks / TICKS_PER_SECOND, time.monotonic())

    def foreign_share(self, earlier: "CoreReading", own_seconds: float) -> float:
        """The share of the core's time that went to anybody else, 0 to 1."""
        elapsed = self.at - earlier.at
        return max(0.0, (self.busy_seconds - earlier.busy_seconds - own_seconds) / elapsed) if elapsed else 0.0


@dataclass(frozen=True)
class MemoryReading:
    """User-space memory in bytes. `unique` (USS) is what would come free if the server ended; `proportional` (PSS)
    adds its share of what it shares."""

    unique: int
    proportional: int

    @staticmethod
    def take(pids: Iterable[int]) -> "MemoryReading":
        unique = proportional = 0
        for pid in pids:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                for line in file:
                    name, _, rest = line.partition(":")
                    if name in ("Private_Clean", "Private_Dirty", "Private_Hugetlb"):
                        unique += int(rest.split()[0]) * 1024
                    elif name == "Pss":
                        proportional += int(rest.split()[0]) * 1024
        return MemoryReading(unique, proportional)
