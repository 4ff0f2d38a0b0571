"""What can be created can be read and deleted by its owner, however Luna-Streams writes it."""

from __future__ import annotations

import pytest

from guarded import Guarded
from origins import GuardedStreamsOrigin

DETAILS = {
    "a city of 300,000 characters": b'{"city": "%b"}' % (b"x" * 300_000),
    "a mebibyte": b'{"city": "%b"}' % (b"x" * (1 << 20)),
    "a mebibyte in escapes": b'{"city": "%b"}' % (rb"\u0416" * (1 << 20)),
    "numbers beyond JSON": b'{"x": [Infinity, -Infinity, NaN]}',
    "what looks like an owner": b'{"city": "\\", \\"account_id\\": \\"x\\"", "account_id": "x"}',
}


@pytest.mark.parametrize("name", DETAILS)
def test_its_owner_has_it(start_proxy, accounts, name):
    origin = GuardedStreamsOrigin()
    origin.details = DETAILS[name]
    guarded = Guarded(start_proxy, accounts, origin=origin)
    for method, status in (("GET", 200), ("DELETE", 204)):
        assert guarded.ask(method, f"/streams/{guarded.mine}").status == status
        assert guarded.ask(method, f"/streams/{guarded.foreign}").status == 404
