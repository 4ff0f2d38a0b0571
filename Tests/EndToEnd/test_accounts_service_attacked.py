"""Luna-Accounts is well, and somebody sends credentials that it fails about, or more of them than it can answer: others
feel nothing of it."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import ExitStack, contextmanager

from accounts import bearer
from origins import EchoOrigin, LiveOrigin
from proxy_process import PREFIX
from test_luna_accounts import EVERYTHING, guarded, many_descriptors, service  # noqa: F401
from vocabulary import LIVE
from wire import eventually

#: More than the questions of one network at once, several times.
CROWD = 300


@contextmanager
def attack(proxy, sources, token, connections: int = 1):
    """From each source, on so many connections, one made-up token after another until the block ends."""
    over = threading.Event()
    numbers = itertools.count()
    asked = []

    def run(source: str) -> None:
        while not over.is_set():
            try:
                with proxy.connect(30, source=source) as connection:
                    while not over.is_set():
                        connection.ask("GET", PREFIX + "/streams/count", [bearer(f"{token}-{next(numbers)}")])
                        asked.append(connection.read_answer().status)
            except (AssertionError, OSError):
                continue  # A connection that ended: the attack goes on by another.

    threads = [threading.Thread(target=run, args=(source,)) for source in sources for _ in range(connections)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def test_credentials_that_luna_accounts_fails_about_are_nobody_elses_outage(guarded, service):  # noqa: F811
    proxy = guarded()
    service.stumble = "boom"
    fields = [bearer(f"good-{number}") for number in range(60)]
    for field in fields:
        service.knows(field, **EVERYTHING)
    with attack(proxy, [f"127.0.{number}.2" for number in range(1, 5)], "boom") as asked:
        eventually(lambda: len(asked) > 20, what="the attack to run")
        statuses = [proxy.ask("GET", "/streams/count", credentials=field).status for field in fields]
    assert set(asked) == {503}
    assert statuses == [200] * len(fields)
    assert "can't be reached" not in proxy.text


def test_previews_with_good_tokens_run_on_meanwhile(guarded, service):  # noqa: F811
    plugin = {"live-review": 0.3, "live-grace": 0.6}
    proxy = guarded(LiveOrigin(interval=0.05, size=500), cache={"ttl": 0.3}, plugin=plugin)
    service.stumble = "boom"
    with ExitStack() as stack:
        viewers = []
        for number in range(8):
            field = bearer(f"viewer-{number}")
            service.knows(field, **EVERYTHING)
            connection = stack.enter_context(proxy.connect(60, source="127.0.9.9"))
            connection.ask("GET", PREFIX + LIVE, [field])
            head = connection.read_head()
            assert head.status == 200
            viewers.append(connection.content(head).pieces())
        stack.enter_context(attack(proxy, [f"127.0.{number}.2" for number in range(1, 5)], "boom"))
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for pieces in viewers:
                assert next(pieces), "a preview was cut"
    assert '"end":"revoked"' not in proxy.text


def test_made_up_tokens_of_one_network_leave_others_their_turn(guarded, service):  # noqa: F811
    with many_descriptors():
        proxy = guarded(EchoOrigin())
        service.delay = 0.2
        fields = [bearer(f"good-{number}") for number in range(25)]
        for field in fields:
            service.knows(field, **EVERYTHING)
        with attack(proxy, ["127.0.1.2"], "made-up", CROWD) as asked:
            eventually(lambda: service.most >= 40 and len(asked) > 100, 30, "the attack to run")
            statuses = []
            for field in fields:
                with proxy.connect(30, source="127.0.2.2") as connection:
                    connection.ask("GET", PREFIX + "/streams/count", [field])
                    statuses.append(connection.read_answer().status)
        assert statuses == [200] * len(fields)
        assert service.most <= 64 + 2, f"{service.most} questions at once"
