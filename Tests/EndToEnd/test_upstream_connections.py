"""How many connections to Luna-Streams there are, and for whom: no caller makes more than its requests need at once."""

from __future__ import annotations

import pytest

from crowd import Crowd
from origins import EchoOrigin
from origins.origin import Origin, OriginConnection
from vocabulary import STREAM, assert_error, route
from wire import chunked, eventually, request_bytes

#: Others than the one that a test attacks from: a network of its own.
NEIGHBOUR = "127.0.0.2"


class CountingOrigin(EchoOrigin):
    """Notes how many connections stood at once."""

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0

    @property
    def open(self) -> int:
        return sum(not connection.ended.is_set() for connection in self.connections)

    def note(self, request) -> None:
        super().note(request)
        with self.changed:
            self.peak = max(self.peak, self.open)


class HesitatingOrigin(Origin):
    """Answers what has `slow` in its target when it is let, and all else at once."""

    def __init__(self) -> None:
        super().__init__()
        self.is_let = False

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            if "slow" in request.target:
                self.wait_until(lambda: self.is_let)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def let(self) -> None:
        with self.changed:
            self.is_let = True
            self.changed.notify_all()

    def slow_ones(self) -> int:
        return sum("slow" in request.target for request in self.requests)


def bare(method: str, target: str, content: bytes = b"", framing: str = "Transfer-Encoding: chunked") -> bytes:
    """A request without credentials whose content is framed as told."""
    return f"{method} {target} HTTP/1.1\r\nHost: streams.example\r\n{framing}\r\n\r\n".encode() + content


@pytest.fixture
def counting(start_proxy, scheme):
    return start_proxy(CountingOrigin(), workers=1)


UNREPEATABLE = {
    "GET without credentials": lambda proxy: bare("GET", route("/version"), chunked()),
    "HEAD without credentials": lambda proxy: bare("HEAD", route("/docs/spec"), chunked(b"x")),
    "GET": lambda proxy: request_bytes(
        "GET", route("/streams"), [proxy.credentials, ("Transfer-Encoding", "chunked")]) + chunked(),
    "POST": lambda proxy: request_bytes("POST", route("/streams"), [proxy.credentials], b"{}"),
    "DELETE": lambda proxy: request_bytes(
        "DELETE", route(f"/streams/{STREAM}"), [proxy.credentials, ("Transfer-Encoding", "chunked")]) + chunked(),
}


@pytest.mark.parametrize("kind", UNREPEATABLE)
def test_requests_that_bring_a_connection_leave_none_more(counting, kind):
    """One after the other they need one at a time, so one waits afterwards; another may be about to close."""
    request = UNREPEATABLE[kind](counting)
    with counting.connect() as connection:
        for _ in range(200):
            connection.send(request)
            assert connection.read_answer(kind.split()[0]).status == 200
    assert counting.origin.peak < 50
    eventually(lambda: counting.origin.open <= 1, 5, "the others to be closed")


def test_as_many_are_kept_as_were_in_use_at_once(counting):
    """What is kept is used again: a crowd's second round makes no connections."""
    request = request_bytes("GET", route("/streams"), [counting.credentials])
    clients = [counting.connect() for _ in range(8)]
    for _ in range(20):
        for client in clients:
            client.send(request)
        for client in clients:
            assert client.read_answer("GET").status == 200
    # Where the machine is slow, ten seconds may pass, and some are made anew.
    assert len(counting.origin.connections) < 80
    for client in clients:
        client.close()


def test_a_crowd_on_several_workers_makes_few(start_proxy, scheme):
    """Eight at once, each with thirty requests that bring connections."""
    proxy = start_proxy(CountingOrigin(), workers=3)
    strangers = bare("GET", route("/version"), chunked())
    owns = request_bytes("POST", route("/streams"), [proxy.credentials], b"{}")

    def ask(crowd: Crowd, number: int) -> None:
        with proxy.connect() as connection:
            for _ in range(30):
                connection.send(owns if number % 2 else strangers)
                assert connection.read_answer("GET").status == 200

    with Crowd(8, ask, is_finite=True):
        pass
    assert proxy.origin.peak < 80
    eventually(lambda: proxy.origin.open <= 8, 5, "the others to be closed")


@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_connects_for_a_stranger_whose_content_still_comes(counting, method, framing):
    content = b"x" * 1000 if "Length" in framing else chunked(b"x" * 1000)
    trickling = [counting.connect() for _ in range(20)]
    for client in trickling:
        client.send(bare(method, route("/version"), content[:100], framing))
    # Served after all of theirs were read, since there is one worker.
    assert counting.ask("POST", "/streams", content=b"{}").status == 200
    assert len(counting.origin.connections) == 1
    for client in trickling:
        client.send(content[100:])
        answer = client.read_answer(method)
        assert answer.status == 200
        if method == "GET":
            assert answer.json()["size"] == 1000
        client.close()


def test_a_stranger_may_send_little(counting):
    for content, framing in [(b"x" * 65536, "Content-Length: 65536"), (chunked(b"x" * 65536), "Transfer-Encoding: chunked")]:
        with counting.connect() as client:
            client.send(bare("GET", route("/version"), content, framing))
            assert client.read_answer("GET").json()["size"] == 65536
    counting.origin.forget()
    for content, framing in [(b"", "Content-Length: 65537"), (chunked(b"x" * 65537), "Transfer-Encoding: chunked")]:
        with counting.connect() as client:
            client.send(bare("GET", route("/version"), content, framing))
            assert_error(client.read_answer("GET"), 413, 12046)
    assert not counting.origin.requests


@pytest.fixture
def hesitating(start_proxy, scheme):
    return start_proxy(HesitatingOrigin(), workers=1)


def test_strangers_have_a_share_of_their_own(hesitating):
    """Sixty of one network ask what is answered late: they have sixteen connections, everybody else goes on, and all of
    them are answered in the end."""
    origin = hesitating.origin
    clients = [hesitating.connect() for _ in range(60)]
    for client in clients:
        client.ask("GET", route("/version?slow"))
    origin.wait_until(lambda: origin.slow_ones() == 16)
    for _ in range(20):
        assert hesitating.ask("GET", "/streams").status == 200
        assert hesitating.ask("POST", "/streams", content=b"{}").status == 200
    with hesitating.connect(source=NEIGHBOUR) as neighbour:
        neighbour.ask("GET", route("/version"))
        assert neighbour.read_answer().status == 200
    assert origin.slow_ones() == 16
    clients.pop().close()  # Whoever leaves gives up its turn.
    origin.let()
    for client in clients:
        assert client.read_answer("GET").status == 200
        client.close()


def test_who_waits_too_long_is_told(hesitating, scheme, certificate):
    """Those who have the connections may keep them longer than this one waits."""
    origin = hesitating.origin
    clients = [hesitating.connect() for _ in range(16)]
    for client in clients:
        client.ask("GET", route("/version?slow"))
    origin.wait_until(lambda: origin.slow_ones() == 16)
    secure = {"TLS": certificate.settings} if scheme == "https" else {}
    hesitating.change_settings(timeouts={"request": 1}, **secure)
    hesitating.reload()
    answer = hesitating.ask("GET", "/version?slow", credentials=None)
    assert_error(answer, 503, 1)
    assert answer.fields.one("Retry-After") == "1"
    origin.let()
    for client in clients:
        assert client.read_answer().status == 200
        client.close()
    assert hesitating.ask("GET", "/version", credentials=None).status == 200


def test_kept_connections_go_on_where_no_new_one_is_to_be_had(counting):
    """Luna-Streams takes no more connections: strangers can't take those that callers have."""
    assert counting.ask("GET", "/streams").status == 200
    counting.origin.refuse()
    with counting.connect() as attacker:
        for _ in range(20):
            attacker.send(bare("GET", route("/version"), chunked()))
            assert_error(attacker.read_answer("GET"), 502, 16)
            assert counting.ask("GET", "/streams").status == 200
