"""Luna-Streams' connection ends at every moment of an exchange, by FIN and by RST, on a pooled and on a fresh connection.

What was not answered is tried again only where it may be, and then succeeds; a POST is never tried again; half an answer
never looks whole; and the next call always succeeds.
"""

from __future__ import annotations

import pytest

from bytestream import Incomplete
from origins import BreakingWithinOrigin
from origins.breaking_within import Break
from vocabulary import STREAM, assert_error, route

CONTENT = {"GET": None, "PUT": b'{"name": "x"}' * 20, "POST": b'{"name": "x"}' * 20}
PATHS = {"GET": "/streams", "PUT": f"/streams/{STREAM}", "POST": "/streams"}
#: Behind so many bytes of the answer: none, within each of its lines and at their ends, within content, behind all of it.
ANSWERED = [0, 1, 8, 14, 16, 17, 18, 35, 36, 37, 38, 39, 40, 41, 57, 58, 59, 60, 100, 10_000]


def reads(size: int) -> "list[int]":
    """Behind so many bytes of a request of `size`: none, within the request line, the fields, at the head's end, content."""
    places = {0, 1, 3, 20, 60, 100, 200, size - 261, size - 260, size - 259, size - 100, size - 1, size}
    return sorted(place for place in places if 0 <= place <= size)


def ask(proxy, method: str) -> "tuple[int, int | None]":
    """Status and code of one call; 0 where its answer was cut."""
    with proxy.connect() as connection:
        connection.ask(method, route(PATHS[method]), [proxy.credentials], CONTENT[method])
        try:
            answer = connection.read_answer()
        except Incomplete:
            return 0, None
    if answer.status != 200:
        assert_error(answer, 502, 4, 10)
    else:
        assert answer.json()["method"] == method
    return answer.status, answer.code


@pytest.mark.parametrize("by_reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("is_pooled", [False, True], ids=["fresh", "pooled"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_at_every_moment(start_proxy, method, is_pooled, by_reset):
    proxy = start_proxy(BreakingWithinOrigin(keeps=is_pooled), workers=1)
    origin = proxy.origin
    assert ask(proxy, method)[0] == 200
    size = len(origin.connections[-1].raw)
    breaks = [Break(read, None, by_reset) for read in reads(size)] + [Break(0, sent, by_reset) for sent in ANSWERED]
    for where in breaks:
        origin.arm(where)
        status, code = ask(proxy, method)
        if where.answered:
            # A whole answer may have come before the end was seen; of less, nothing is tried again.
            assert origin.begun == 1, where
            assert status in ((200, 0) if where.answered > 1000 else (502, 0)), (where, status)
        elif is_pooled and method != "POST":
            assert (status, origin.begun) == (200, 2), (where, status, code, origin.begun)
        else:
            assert (status, code, origin.begun) == (502, 10, 1), (where, status, code, origin.begun)
        # What comes next succeeds, and leaves a connection in the pool where the break is to find one.
        assert ask(proxy, "GET")[0] == 200, where
