"""The machine: which cores measure and which load, how many descriptors there may be, and the facts a result needs."""

import os
import platform
import re
import resource
import shutil
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Cores:
    """The proxy under test has one core for itself; the load and the backend share the others."""

    proxy: frozenset[int]
    load: frozenset[int]

    @staticmethod
    def choose() -> "Cores":
        # The last core measures: interrupts tend to land on the first.
        available = sorted(os.sched_getaffinity(0))
        if len(available) == 1:
            return Cores(frozenset(available), frozenset(available))
        return Cores(frozenset(available[-1:]), frozenset(available[:-1]))

    @property
    def are_separate(self) -> bool:
        return not (self.proxy & self.load)


def raise_descriptor_limit(wanted: int = 65536) -> int:
    """Raises RLIMIT_NOFILE for this process and what it starts; returns the limit in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return wanted
        except (ValueError, PermissionError):
            wanted = hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def find_program(name: str) -> str | None:
    """Debian keeps servers in /usr/sbin, which is not on everybody's PATH."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def first_line(command: list[str], pattern: str) -> str | None:
    """The part of a program's output that the pattern's group names; None where the program or the pattern is missing."""
    program = find_program(command[0]) if "/" not in command[0] else command[0]
    if program is None:
        return None
    try:
        done = subprocess.run([program, *command[1:]], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(pattern, done.stdout + done.stderr)
    return match.group(1) if match else None


def facts() -> dict[str, str]:
    """What a reader needs to judge the figures. No host name and no path."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        model = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.M)
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = re.search(r"^MemTotal:\s*(\d+)", file.read(), re.M)
    found = {
        "processor": model.group(1).strip() if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{int(memory.group(1)) // 1024} MiB" if memory else None,
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "swift": first_line(["swift", "--version"], r"Swift version (\S+)"),
        "nginx": first_line(["nginx", "-v"], r"nginx/(\S+)"),
        "haproxy": first_line(["haproxy", "-v"], r"[Vv]ersion (\S+)"),
        "wrk": first_line(["wrk", "-v"], r"wrk (\S+)"),
        "valgrind": first_line(["valgrind", "--version"], r"valgrind-(\S+)"),
        "python": platform.python_version(),
    }
    return {name: value for name, value in found.items() if value}
