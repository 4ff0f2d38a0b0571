"""Luna-Streams breaks in every way at once, among calls that go well: each client gets what its own call came to."""

from __future__ import annotations

import random
from collections import Counter

from bytestream import Incomplete
from crowd import Crowd
from origins import AsToldOrigin
from origins.as_told import TREATMENTS, content_of
from proxy_process import SPARE_DESCRIPTORS
from vocabulary import STREAM, assert_error, route
from wire import eventually

HONEST, UNLUCKY = 8, 8
#: Calls of each client of the unlucky; stalls have clients of their own, since they take their time.
CALLS = 60
STALLS = [name for name, treatment in TREATMENTS.items() if name.startswith("stalls")]
FAULTS = [name for name in TREATMENTS if name not in STALLS]
#: Seconds of silence after which Luna-Streams counts as stalled: long enough for honest calls on a busy machine.
SILENCE = 4
METHODS = {"GET": ("/streams", None), "PUT": (f"/streams/{STREAM}", b"{}"), "POST": ("/streams", b"{}" * 400)}


def check(proxy, connection, call: str, name: str, method: str) -> None:
    """One call, which must come to what its treatment allows and to nothing else."""
    treatment = TREATMENTS[name]
    path, content = METHODS[method]
    connection.ask(method, route(f"{path}?call={call}&do={name}"), [proxy.credentials], content)
    try:
        answer = connection.read_answer()
    except Incomplete:
        assert treatment.is_cut, f"{name} is cut"
        return
    if treatment.codes:
        # Of a retry, which goes by a fresh connection, the same comes.
        assert_error(answer, 504 if 6 in treatment.codes else 502, *treatment.codes)
    else:
        assert (answer.status, answer.content) == (200, content_of(call)), (name, answer)


def test_each_call_gets_its_own_fault(start_proxy):
    proxy = start_proxy(AsToldOrigin(), timeouts={"request": 60, "sock_read": SILENCE})
    proxy.assert_survives()
    before = proxy.descriptors()
    made: "Counter[str]" = Counter()

    def unlucky(_: Crowd, number: int) -> None:
        chance = random.Random(number)
        for count in range(CALLS):
            name = chance.choice(FAULTS)
            with proxy.connect() as connection:
                check(proxy, connection, f"u{number}-{count}", name, chance.choice(list(METHODS)))
            made[name] += 1

    def stalled(_: Crowd, number: int) -> None:
        name, method = STALLS[number // len(METHODS)], list(METHODS)[number % len(METHODS)]
        with proxy.connect(timeout=40) as connection:
            check(proxy, connection, f"s{number}", name, method)
        made[name] += 1

    def honest(crowd: Crowd, number: int) -> None:
        chance = random.Random(-number)
        count = 0
        while not crowd.is_over.is_set():
            with proxy.connect() as connection:
                for _ in range(chance.choice((1, 30))):
                    name = chance.choice(("good", "good-chunks"))
                    check(proxy, connection, f"h{number}-{count}", name, chance.choice(list(METHODS)))
                    count += 1
        made["good"] += count

    with Crowd(HONEST, honest):
        with Crowd(len(STALLS) * len(METHODS), stalled, is_finite=True), Crowd(UNLUCKY, unlucky, is_finite=True):
            pass
    assert set(made) >= set(TREATMENTS), "every kind came up"
    faults = sum(count for name, count in made.items() if not name.startswith("good"))
    print(f"{faults} faults, {made['good']} calls that went well")
    # Whole answers leave connections in the pool, at most one for each client at once.
    eventually(lambda: proxy.descriptors() <= before + SPARE_DESCRIPTORS + HONEST + UNLUCKY, 15, "descriptors back")
    assert all(request.fields.one("Authorization") is None for request in proxy.origin.requests)
