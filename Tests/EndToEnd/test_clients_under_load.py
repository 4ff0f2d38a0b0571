"""Clients that vanish at every stage and clients that read at 1 KiB/s, among honest ones: those get every answer right,
and when all are gone memory and descriptors are as they were."""

from __future__ import annotations

import random
import time
from collections import Counter

from bytestream import Incomplete
from crowd import Crowd
from origins import AsToldOrElseOrigin, AsToldOrigin, BigOrigin
from origins.as_told import content_of
from origins.big import MEBIBYTE
from proxy_process import SPARE_DESCRIPTORS, MemoryWatch
from vocabulary import route
from wire import chunked, eventually, request_bytes

VANISHING, SLOW, HONEST = 8, 24, 6
#: Departures of each client that vanishes.
DEPARTURES = 40
#: How long the slow ones read, in seconds, and how much a second.
READING, PACE = 5.0, 1024
GROWTH = 40 * MEBIBYTE


def requests(proxy) -> "list[bytes]":
    """What a client may be in the middle of: calls without content, with it, in chunks, several at once."""
    credentials = proxy.credentials
    get = request_bytes("GET", route("/streams?call=v&do=good"), [credentials])
    post = request_bytes("POST", route("/streams?call=v&do=good"), [credentials], b"x" * 3000)
    fields = [credentials, ("Transfer-Encoding", "chunked")]
    in_chunks = request_bytes("POST", route("/streams?call=v&do=good-chunks"), fields) + chunked(b"x" * 500, b"y" * 5000)
    stalled = request_bytes("GET", route("/streams?call=v&do=stalls-in-content"), [credentials])
    return [get, post, in_chunks, stalled, get * 5]


def honest_calls(proxy, crowd: Crowd, number: int, served: "Counter[str]") -> None:
    """Calls until the end, each answered with its own content."""
    while not crowd.is_over.is_set():
        with proxy.connect() as connection:
            for count in range(20):
                call = f"h{number}-{count}"
                connection.ask("GET", route(f"/streams?call={call}&do=good"), [proxy.credentials])
                answer = connection.read_answer()
                assert (answer.status, answer.content) == (200, content_of(call))
                served["honest"] += 1


def test_clients_that_vanish(start_proxy):
    proxy = start_proxy(AsToldOrigin(), timeouts={"request": 120, "sock_read": 60})
    served: "Counter[str]" = Counter()

    def vanishing(_: Crowd, number: int) -> None:
        chance = random.Random(number)
        kinds = requests(proxy)
        for _ in range(DEPARTURES):
            raw = chance.choice(kinds)
            is_whole = chance.random() < 0.5
            connection = proxy.connect()
            connection.send(raw if is_whole else raw[: chance.randrange(len(raw))])
            if is_whole:
                # It goes within the answer, once as many bytes of it have come.
                for _ in range(chance.choice((0, 1, 20, 100))):
                    connection.stream.read_exactly(1)
            # Whoever ends in order may still wait for its answer, and is waited for: of a stalled one for ever.
            ends_in_order = chance.random() < 0.5 and b"stalls" not in raw
            (connection.close if ends_in_order else connection.reset)()
            served["departures"] += 1

    with Crowd(HONEST, lambda crowd, number: honest_calls(proxy, crowd, number, served)):
        with Crowd(VANISHING, vanishing, is_finite=True):
            pass
        # Once more with the memory that all of that takes: from now on nothing may be added.
        before = proxy.descriptors()
        with MemoryWatch(proxy) as memory, Crowd(VANISHING, vanishing, is_finite=True):
            pass
    assert memory.growth < GROWTH / 4
    assert served["departures"] == 2 * VANISHING * DEPARTURES and served["honest"] > 100
    eventually(lambda: proxy.descriptors() <= before + SPARE_DESCRIPTORS, 15, "the descriptors to be given back")
    # Nobody who has gone is still waited for by Luna-Streams: what is open is in the pool, one for each client at once.
    eventually(
        lambda: sum(connection.sock.fileno() >= 0 for connection in proxy.origin.connections) <= HONEST + VANISHING,
        15,
        "the exchanges of those who have gone to be cut",
    )
    print(f"{served['departures']} departures, {served['honest']} honest calls")


def test_clients_that_read_a_kibibyte_a_second(start_proxy):
    proxy = start_proxy(AsToldOrElseOrigin(b"?long", BigOrigin(16)), timeouts={"request": 120, "sock_read": 60})
    served: "Counter[str]" = Counter()
    proxy.assert_survives()
    before = proxy.descriptors()

    def slow(crowd: Crowd, number: int) -> None:
        connection = proxy.connect(receive_buffer=4096)
        connection.ask("GET", route("/streams?long"), [proxy.credentials])
        assert connection.read_head().status == 200
        while not crowd.is_over.is_set():
            try:
                connection.stream.read_exactly(PACE // 4)
            except Incomplete:
                raise AssertionError("a slow reader was cut off") from None
            served["slow"] += 1
            crowd.is_over.wait(0.25)
        connection.reset()

    with MemoryWatch(proxy) as memory:
        with Crowd(SLOW, slow), Crowd(HONEST, lambda crowd, number: honest_calls(proxy, crowd, number, served)):
            time.sleep(READING)  # How long it lasts, not a synchronisation.
    assert served["slow"] > SLOW and served["honest"] > 100
    assert memory.growth < GROWTH
    eventually(lambda: proxy.descriptors() <= before + SPARE_DESCRIPTORS + HONEST, 15, "the descriptors to be given back")
    print(f"{SLOW} slow readers, {served['honest']} honest calls, {memory.growth >> 10} KiB")
