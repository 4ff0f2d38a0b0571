"""Counts that only come when the server ends: two runs, of N and of 2N requests; their difference is N requests' worth,
without start, warm-up and end."""

from collections.abc import Callable

from ..peers import Peer, Surroundings, Variant
from .script import Script


def per_request(
    kind: type[Peer], around: Surroundings, upstream_port: int, variant: Variant, script: str, requests: int,
    read: Callable[[], dict[str, float]],
) -> dict[str, float]:
    """`read` takes the counts once the server has ended."""
    counts = []
    for number in (requests, 2 * requests):
        peer = kind(around, upstream_port, variant)
        peer.start()
        try:
            played = Script(peer, script)
            played.play(number)
            played.close()
        finally:
            peer.stop()
        counts.append(read())
    fewer, more = counts
    return {name: (count - fewer.get(name, 0)) / requests for name, count in more.items()}
