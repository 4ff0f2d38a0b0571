"""SIGTERM in steps: not ready, no new clients, calls and previews end, nothing looks complete that is not."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from bytestream import Incomplete, WireFault
from origins import LiveOrigin, WebSocketOrigin
from origins.live import part
from proxy_process import ProxyProcess
from test_termination import AnswersOnCommand, accepts
from test_upgrade import UPGRADE
from vocabulary import LIVE, assert_error, route
from wire import eventually, request_bytes

#: How long a preview may take to come to the end of a part, and a busy machine to notice.
ENDING = 2
LATE = 3
#: Longer than a client needs to notice that the listener is closed: it is turned away first, and tries again in 1 s.
RUNS_ON = 3


def terminate(proxy) -> None:
    if proxy in ProxyProcess.running:
        ProxyProcess.running.remove(proxy)
    proxy.process.send_signal(signal.SIGTERM)


def asked_by(method: str, proxy):
    with proxy.connect() as connection:
        connection.ask(method, "/healthcheck")
        return connection.read_answer()


def healthcheck(proxy, connection=None):
    if connection is None:
        with proxy.connect() as connection:
            connection.ask("GET", "/healthcheck")
            return connection.read_answer()
    connection.ask("GET", "/healthcheck")
    return connection.read_answer()


# Not ready first


def test_it_is_not_ready_while_it_still_takes_clients(start_proxy):
    proxy = start_proxy(AnswersOnCommand(), http={"drain_delay": 2, "drain_timeout": 10})
    proxy.origin.released.set()
    assert healthcheck(proxy).status == 200
    assert asked_by("OPTIONS", proxy).status == 204
    begin = time.monotonic()
    terminate(proxy)
    eventually(lambda: healthcheck(proxy).status == 503, 5, "the proxy to say that it ends")
    answer = healthcheck(proxy)
    assert_error(answer, 503, 1)
    assert answer.fields.one("Connection") == "close"
    # As HAProxy's plain `option httpchk` asks.
    answer = asked_by("OPTIONS", proxy)
    assert_error(answer, 503, 1)
    answer = proxy.ask("GET", "/streams")
    assert (answer.status, answer.fields.one("Connection")) == (200, "close")
    assert time.monotonic() - begin < 2, "too slow to tell"
    eventually(lambda: not accepts(proxy), 5, "the listener to close")
    assert time.monotonic() - begin >= 2
    assert proxy.process.wait(5) == 0


# Connections


def test_a_connection_in_use_is_told_with_its_next_answer(start_proxy):
    proxy = start_proxy(AnswersOnCommand(), http={"drain_delay": 1})
    proxy.origin.released.set()
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert connection.read_answer().fields.one("Connection") is None
        terminate(proxy)
        eventually(lambda: healthcheck(proxy).status == 503, 5, "the proxy to say that it ends")
        connection.ask("GET", route("/streams"), [proxy.credentials])
        answer = connection.read_answer()
        assert (answer.status, answer.fields.one("Connection")) == (200, "close")
        connection.expect_end()
    assert proxy.process.wait(5) == 0


def test_a_request_after_an_answer_that_promised_more_is_served(start_proxy):
    """The head went out before SIGTERM and said nothing of an end: the client may send another request."""
    proxy = start_proxy(Halves(), http={"drain_timeout": 10})
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head = connection.read_head()
        assert head.fields.one("Connection") is None
        terminate(proxy)
        eventually(lambda: not accepts(proxy), 5, "the listener to close")
        proxy.origin.released.set()
        assert connection.content(head).read() == b"ok"
        connection.ask("GET", route("/streams"), [proxy.credentials])
        answer = connection.read_answer()
        assert (answer.content, answer.fields.one("Connection")) == (b"ok", "close")
        connection.expect_end()
    assert proxy.process.wait(5) == 0


class Halves(AnswersOnCommand):
    """Sends head and half the content, and the rest when it is told to."""

    def serve(self, connection) -> None:
        while connection.read_request():
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
            self.released.wait(10)
            connection.send(b"k")


def test_who_waits_to_be_accepted_is_served(start_proxy):
    """Closing a socket resets who waits in its queue."""
    proxy = start_proxy(AnswersOnCommand())
    proxy.origin.released.set()
    proxy.process.send_signal(signal.SIGSTOP)
    waiting = [proxy.connect() for _ in range(150)]
    try:
        for connection in waiting:
            connection.ask("GET", route("/streams"), [proxy.credentials])
        terminate(proxy)
    finally:
        proxy.process.send_signal(signal.SIGCONT)
    for connection in waiting:
        assert connection.read_answer().content == b"ok"
        connection.expect_end()
        connection.close()
    assert proxy.process.wait(10) == 0


def test_a_call_that_takes_longer_than_the_deadline_is_cut(start_proxy):
    proxy = start_proxy(Halves(), http={"drain_timeout": 0.5})
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head = connection.read_head()
        terminate(proxy)
        with pytest.raises((Incomplete, ConnectionError)):
            connection.content(head).read()
    assert proxy.process.wait(5) == 0


# Previews


class Watched:
    """A preview that runs, and a thread that reads all of it."""

    def __init__(self, proxy, version: str = "HTTP/1.1") -> None:
        self.connection = proxy.connect()
        self.connection.ask("GET", route(LIVE), [proxy.credentials], version=version)
        self.head, _ = self.connection.read_final_head()
        assert self.head.status == 200
        self.bytes = b""
        self.end: "BaseException | None" = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        eventually(lambda: self.bytes, 5, "the preview to begin")

    def _read(self) -> None:
        try:
            for piece in self.connection.content(self.head).pieces():
                self.bytes += piece
        except (WireFault, OSError, EOFError) as fault:
            self.end = fault

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)
        assert not self._thread.is_alive(), "the preview runs on"
        self.connection.close()


@pytest.mark.parametrize("framing", ["close", "chunked"])
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_previews_run_on_and_end_behind_a_whole_part(start_proxy, framing, version):
    proxy = start_proxy(LiveOrigin(interval=0.02, framing=framing), http={"drain_timeout": RUNS_ON})
    watched = [Watched(proxy, version) for _ in range(4)]
    begin = time.monotonic()
    terminate(proxy)
    eventually(lambda: not accepts(proxy), 5, "the listener to close")
    for one in watched:
        seen = len(one.bytes)
        eventually(lambda: len(one.bytes) > seen, 5, "the preview to go on")
    whole = part(proxy.origin.picture)
    for one in watched:
        one.join(RUNS_ON + ENDING + LATE)
        assert one.end is None, f"cut: {one.end!r}"
        assert one.bytes.endswith(b"\r\n--frame--\r\n")
        parts = one.bytes[: -len(b"--frame--\r\n")]
        assert parts == whole * (len(parts) // len(whole))
    assert time.monotonic() - begin >= RUNS_ON
    assert proxy.process.wait(5) == 0


def test_a_boundary_declared_with_its_hyphens_ends_well_too(start_proxy):
    """Many cameras: `boundary=--frame`, and `--frame` is the delimiter."""
    proxy = start_proxy(LiveOrigin(interval=0.02, declared="--frame"), http={"drain_timeout": 0.2})
    watched = Watched(proxy)
    terminate(proxy)
    watched.join(0.2 + ENDING + LATE)
    assert watched.end is None, f"cut: {watched.end!r}"
    assert watched.bytes.endswith(b"\r\n--frame--\r\n")
    assert proxy.process.wait(5) == 0


def test_a_preview_whose_part_does_not_end_is_cut(start_proxy):
    proxy = start_proxy(LiveOrigin(interval=None), http={"drain_timeout": 0.2})
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head = connection.read_head()
        proxy.origin.send_part(b"one")
        terminate(proxy)
        with pytest.raises((Incomplete, ConnectionError)):
            connection.content(head).read()
    assert proxy.process.wait(5) == 0


class Shapeless(LiveOrigin):
    """Sends bytes without end that nothing divides into parts."""

    def serve(self, connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: video/mpeg\r\nConnection: close\r\n\r\nxyz")
        connection.wait_for_end()


def test_a_preview_without_parts_is_cut(start_proxy):
    proxy = start_proxy(Shapeless(), http={"drain_timeout": 0.2})
    watched = Watched(proxy)
    terminate(proxy)
    watched.join(ENDING + LATE)
    assert isinstance(watched.end, (Incomplete, ConnectionError)), watched.end
    assert proxy.process.wait(5) == 0


def test_a_tunnel_is_closed_at_the_deadline(start_proxy):
    proxy = start_proxy(WebSocketOrigin(), http={"drain_timeout": RUNS_ON})
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials, *UPGRADE])
        assert connection.read_final_head()[0].status == 101
        terminate(proxy)
        eventually(lambda: not accepts(proxy), 5, "the listener to close")
        connection.send(b"ping")
        assert connection.stream.read_exactly(4) == b"ping"
        connection.expect_end()
    assert proxy.process.wait(5) == 0
