"""Wrong passwords in masses: hashing is bounded, and whoever sends them takes nobody else's turn."""

from __future__ import annotations

import contextlib

from accounts import basic
from origins import EchoOrigin
from vocabulary import assert_error, route

#: More than may wait to be hashed, 64.
FLOOD = 150


def ask(connection, credentials) -> None:
    connection.ask("GET", route("/streams/count"), [credentials])


def test_a_flood_from_one_address_leaves_others_their_turn(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), workers=1)
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(proxy.connect(timeout=30, source="127.0.0.2")) for _ in range(FLOOD)]
        for number, connection in enumerate(flood):
            ask(connection, basic(accounts.ann.login, f"guess {number}"))
        # The queue is full: the last of the flood is told so, while those before it wait.
        assert_error(flood[-1].read_answer(), 503, 1)
        for person in (accounts.ann, accounts.bob, accounts.reader):
            honest = stack.enter_context(proxy.connect(source="127.0.0.3"))
            ask(honest, person.basic)
            assert honest.read_answer().status == 200
        statuses = [connection.read_answer().status for connection in flood[:-1]]
    assert set(statuses) == {401, 503}
    assert statuses.count(401) < 80, "most of the flood was not hashed"
