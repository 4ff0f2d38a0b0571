"""System calls per request, all threads, counted by strace."""

from ..machine import find_program
from ..peers import Peer, Surroundings, Unavailable, Variant
from .difference import per_request

# Bytes in or out; that the descriptor is a socket is assumed, so a log line written at once counts here too.
MOVING = ("recvfrom", "recvmsg", "read", "readv", "sendto", "sendmsg", "write", "writev", "sendfile", "splice",
          "sendmmsg", "recvmmsg")
WAITING = ("epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select")


def count(kind: type[Peer], around: Surroundings, upstream_port: int, script: str, requests: int) -> dict[str, float]:
    """`socket_calls` move bytes, `wait_calls` wait for readiness, `system_calls` are all; each name that matters alone
    is there too, as `call:<name>`."""
    program = find_program("strace")
    if program is None:
        raise Unavailable("strace is not installed")
    table = around.scratch / "strace.txt"

    def read() -> dict[str, float]:
        counts: dict[str, float] = {}
        for line in table.read_text().splitlines():
            fields = line.split()
            # % time, seconds, usecs/call, calls, [errors], syscall
            if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
                counts[fields[-1]] = int(fields[3])
        return counts

    variant = Variant(single=True, prefix=[program, "-f", "-c", "-q", "-o", str(table)], passes_signals=False)
    calls = per_request(kind, around, upstream_port, variant, script, requests, read)
    figures = {
        "socket_calls": sum(calls.get(name, 0) for name in MOVING),
        "wait_calls": sum(calls.get(name, 0) for name in WAITING),
        "system_calls": sum(calls.values()),
    }
    return figures | {f"call:{name}": value for name, value in sorted(calls.items()) if abs(value) >= 0.005}
