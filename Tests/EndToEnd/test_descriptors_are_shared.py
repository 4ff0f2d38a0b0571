"""Descriptors that viewers may not take: whoever watches has two, and other requests go on whatever it does."""

from __future__ import annotations

import select

import pytest

from accounts import bearer
from metrics import Metrics
from origins import EchoOrigin
from origins.live import CONTENT_TYPE
from origins.origin import OriginConnection
from vocabulary import LIVE, route
from wire import eventually

LIMIT = 400
WITHIN = ["bash", "-c", f'ulimit -n {LIMIT} && exec "$@"', "bash"]


class Cameras(EchoOrigin):
    """Previews that show nothing, and an echo for all else."""

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request, content = connection.read_head()
            content.read()
            if "/live" in request.target:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nConnection: close\r\n\r\n" % CONTENT_TYPE.encode())
                connection.wait_for_end()
                return
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def watch(proxy, credentials):
    connection = proxy.connect()
    connection.ask("GET", route(LIVE), [credentials])
    head, _ = connection.read_final_head()
    return connection, head


@pytest.fixture
def cameras(start_proxy):
    return start_proxy(Cameras(), workers=1, within=WITHIN, LUNA_SERVICE_METRICS={"ENABLED": 1})


def test_short_calls_go_on_beside_all_viewers_that_there_may_be(cameras, accounts):
    """One token opens more previews than there are descriptors for; another account is served, and may watch as well."""
    greedy, other = bearer(accounts.ann.tokens["view"]), cameras.credentials
    watching, refused = [], []
    for _ in range(LIMIT // 2 + 30):
        connection, head = watch(cameras, greedy)
        if head.status == 200:
            watching.append(connection)
        else:
            assert head.status == 503
            assert head.fields.one("Retry-After") == "1"
            refused.append(connection)
    assert len(watching) > LIMIT // 5
    assert refused
    for _ in range(20):
        assert cameras.ask("GET", "/streams", credentials=other).status == 200
        assert cameras.ask("POST", "/streams", credentials=other, content=b"{}").status == 200
    # Twenty calls at once, each with a connection of its own.
    calls = [cameras.connect() for _ in range(20)]
    for call in calls:
        call.ask("POST", route("/streams"), [other], b"{}")
    for call in calls:
        assert call.read_answer().status == 200
        call.close()
    # Whoever has fewer viewers may have one more: the greatest holder loses its last.
    for count in range(1, 4):
        connection, head = watch(cameras, other)
        assert head.status == 200
        calls.append(connection)
        eventually(lambda: ended(watching) == count, what="the end of a preview of whoever has most")
    assert ended(watching[:-3]) == 0
    assert Metrics(cameras).value("streams_proxy_overloads_total", limit="too_many_viewers") == len(refused) + 3
    for connection in [*watching, *refused, *calls]:
        connection.close()
    eventually(lambda: watch_once(cameras, greedy) == 200, what="room for viewers again")


def ended(connections) -> int:
    """Of previews that show nothing, those of which something comes: their end."""
    readiness = select.poll()
    for connection in connections:
        readiness.register(connection.sock, select.POLLIN)
    return len(readiness.poll(0))


def watch_once(proxy, credentials) -> int:
    connection, head = watch(proxy, credentials)
    connection.close()
    return head.status
