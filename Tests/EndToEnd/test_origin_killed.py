"""Luna-Streams is killed and started again, over and over, while clients work: nothing is done twice, nothing hangs."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass

from bytestream import Incomplete
from crowd import Crowd
from origins import KillableOrigin
from vocabulary import STREAM, assert_error, route
from wire import eventually

CLIENTS = 12
KILLS = 10
#: Route and content by method.
CALLS = {
    "GET": ("/streams", None),
    "DELETE": ("/streams", None),
    "PUT": (f"/streams/{STREAM}", b'{"name": "x"}'),
    "POST": ("/streams", b'{"name": "x"}'),
}


@dataclass
class Call:
    """What became of one call: `is_answered` by Luna-Streams, or not. Times are of the monotonic clock."""

    method: str
    target: str
    begin: float
    end: float
    is_answered: bool

    @property
    def line(self) -> str:
        """As it stands in the origin's record."""
        return f"{self.method} {self.target}"


def call(proxy, connection, method: str, number: str) -> Call:
    """One call; any answer but the right one and a clean error is a fault."""
    path, content = CALLS[method]
    begin = time.monotonic()
    target = f"/1{path}?call={number}"
    connection.ask(method, route(f"{path}?call={number}"), [proxy.credentials], content)
    try:
        answer = connection.read_answer()
    except Incomplete:  # It was killed within its answer.
        return Call(method, target, begin, time.monotonic(), False)
    if answer.status != 200:
        assert_error(answer, 502, 10, 16)
    else:
        assert answer.json() == {"target": target}
    return Call(method, target, begin, time.monotonic(), answer.status == 200)


def test_it_is_killed_again_and_again(start_proxy, tmp_path):
    origin = KillableOrigin(tmp_path / "record")
    proxy = start_proxy(origin, timeouts={"request": 8})
    chance = random.Random(4)
    calls: "list[Call]" = []

    def work(crowd: Crowd, number: int) -> None:
        mine = random.Random(number)
        count = 0
        while not crowd.is_over.is_set():
            # Half of the connections are kept for some calls, half serve one.
            with proxy.connect() as connection:
                for _ in range(mine.choice((1, 20))):
                    method = mine.choice(("GET", "GET", "DELETE", "PUT", "POST"))
                    one = call(proxy, connection, method, f"{number}-{count}")
                    calls.append(one)
                    count += 1
                    if not one.is_answered:
                        time.sleep(0.05)  # As a client does that is told to come again.
                        break

    with Crowd(CLIENTS, work):
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.4))  # At any moment of the calls that are under way.
            chance.choice((origin.restart, origin.replace))()
        settled = time.monotonic()
        eventually(lambda: sum(one.begin > settled for one in list(calls)) >= 100, 20, "calls after the last kill")

    times = Counter(origin.processed())
    for one in calls:
        may_fail = any(one.begin <= end and begin <= one.end for begin, end in origin.absences)
        assert one.is_answered or may_fail, f"{one} fails though Luna-Streams was there all the time"
        assert times[one.line] >= one.is_answered, f"{one} is answered by nobody"
        assert times[one.line] <= (1 if one.method == "POST" else 2), f"{one} was processed {times[one.line]} times"
    assert set(times) == {one.line for one in calls if times[one.line]}, "each call that arrived was somebody's"
    failed = sum(not one.is_answered for one in calls)
    assert failed, "no call was under way when it was killed: that would prove nothing"
    assert all(one.is_answered for one in calls if one.begin > settled)
    print(f"{len(calls)} calls, {KILLS} kills, {failed} calls failed, {sum(n > 1 for n in times.values())} arrived twice")
