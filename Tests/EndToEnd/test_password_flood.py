"""Wrong passwords in masses: hashing is bounded, and whoever sends them takes nobody else's turn."""

from __future__ import annotations

import contextlib
import itertools

from accounts import basic
from many_networks import asking
from origins import EchoOrigin
from vocabulary import assert_error, route
from wire import eventually

#: More than may wait to be hashed of one login, 32, and of those who guess, 64.
FLOOD = 150
#: More networks than there were places once.
NETWORKS = 100


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
    assert {401, 503} <= set(statuses) <= {401, 429, 503}
    assert statuses.count(401) < 80, "most of the flood was not hashed"


def guessing(proxy, login):
    """From each of many /24 networks, one wrong password after another until the block ends; `login` makes logins of
    numbers."""
    numbers = itertools.count()

    def guess() -> "tuple[str, str]":
        number = next(numbers)
        return basic(login(number), f"guess {number}")

    return asking(proxy, NETWORKS, guess)


def log_in(proxy, person, source: str) -> int:
    with proxy.connect(timeout=60, source=source) as connection:
        ask(connection, person.basic)
        return connection.read_answer().status


def test_wrong_passwords_from_many_networks_keep_no_right_login_out(start_proxy, accounts):
    """Neither one that was right before nor one that comes for the first time."""
    proxy = start_proxy(EchoOrigin(), workers=1, plugin={"decision-cache": {"ttl": 0.1}})
    assert log_in(proxy, accounts.ann, "127.0.200.1") == 200
    with guessing(proxy, lambda number: f"nobody-{number}@visionlabs.ai") as answers:
        eventually(lambda: len(answers) > NETWORKS, 60, "the attack to run")
        statuses = [
            log_in(proxy, person, f"127.0.{201 + turn}.1")
            for turn in range(6)
            for person in (accounts.ann, accounts.bob, accounts.reader, accounts.root)
        ]
    assert statuses == [200] * len(statuses)


def test_wrong_passwords_for_one_login_from_everywhere_keep_nobody_out(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), workers=1, plugin={"decision-cache": {"ttl": 0.1}})
    assert log_in(proxy, accounts.ann, "127.0.200.1") == 200
    with guessing(proxy, lambda _: accounts.ann.login) as answers:
        eventually(lambda: len(answers) > NETWORKS, 60, "the attack to run")
        statuses = [
            log_in(proxy, person, f"127.0.{201 + turn}.1") for turn in range(6) for person in (accounts.ann, accounts.bob)
        ]
    assert statuses == [200] * len(statuses)


def test_whoever_guesses_must_wait_and_nobody_else(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), workers=1, plugin={"decision-cache": {"ttl": 0.1}})
    assert log_in(proxy, accounts.bob, "127.0.1.1") == 200
    with proxy.connect(source="127.0.1.1") as connection:
        for number in range(10):
            ask(connection, basic(accounts.bob.login, f"guess {number}"))
            assert_error(connection.read_answer(), 401, 41006)
        ask(connection, basic(accounts.bob.login, "guess 11"))
        refused = connection.read_answer()
        assert_error(refused, 429, 1)
        assert int(refused.fields.one("Retry-After") or 0) in (1, 2)
        # Another login from here, the same from elsewhere, and the password that was right before.
        ask(connection, basic(accounts.ann.login, "guess"))
        assert connection.read_answer().status == 401
        ask(connection, accounts.bob.basic)
        assert connection.read_answer().status == 200
    assert log_in(proxy, accounts.bob, "127.0.2.1") == 200
    eventually(lambda: '"reason":"guessing"' in proxy.text, 10, "the reason in the log")
