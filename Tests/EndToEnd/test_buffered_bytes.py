"""What waits for slow peers has a bound on each worker. Whoever holds, pays: above it the greatest holder loses what it
has held for longest, and nobody else feels anything."""

from __future__ import annotations

import contextlib
import threading

import pytest

from accounts import bearer
from metrics import Metrics
from origins import BigOrigin, EchoOrigin
from vocabulary import assert_error, route
from wire import eventually, request_bytes

#: The least that settings allow: a quarter is for strangers, a quarter the share of an account.
BOUND = 8 << 20
SHARE = BOUND // 4
#: A head that lacks its end.
HALF_HEAD = request_bytes("GET", route("/streams/count"), [("X-Filling", "x" * 30_000)])[:-2]
ELSEWHERE = "127.0.9.1"


@pytest.fixture
def bounded(start_proxy):
    """A proxy of one worker that keeps little, and keeps accounts apart: it gathers content of creations."""
    limits = {"buffered_bytes": BOUND, "request_head_timeout": 60, "first_byte_timeout": 60, "content_rate": 0}
    return start_proxy(EchoOrigin(), workers=1, isolation=1, LIMITS=limits, LUNA_SERVICE_METRICS={"ENABLED": 1})


def hold(proxy, credentials, size: int = 1 << 20):
    """A creation of which all content but its last byte has been sent."""
    connection = proxy.connect()
    fields = [credentials, ("Content-Type", "application/json"), ("Content-Length", str(size))]
    connection.send(request_bytes("POST", route("/streams"), fields) + b"{}".ljust(size - 1))
    return connection


def assert_served(proxy, times: int = 3) -> None:
    for _ in range(times):
        answer = proxy.ask("GET", "/streams/count")
        assert answer.status == 200, answer.content


def assert_let_go(connection) -> None:
    """It is told why where that is possible, and in any case it ends."""
    with contextlib.suppress(ConnectionError):
        assert_error(connection.read_answer("POST"), 503, 1)
        connection.expect_end()


def overloads(proxy) -> int:
    return int(Metrics(proxy).value("streams_proxy_overloads_total", limit="too_many_buffered_bytes"))


def test_half_heads_of_strangers_cost_strangers_only(bounded):
    """Without credentials: more than all that the worker may keep, from one address."""
    with contextlib.ExitStack() as stack:
        begun = stack.enter_context(bounded.connect())
        begun.send(request_bytes("GET", route("/streams/count"), [bounded.credentials])[:-2])
        upload = stack.enter_context(hold(bounded, bounded.credentials, 500_000))
        crowd = []
        for number in range(2 * BOUND // len(HALF_HEAD)):
            crowd.append(stack.enter_context(bounded.connect(source=ELSEWHERE)))
            crowd[-1].send(HALF_HEAD)
            if number % 50 == 0:
                assert_served(bounded)
        eventually(lambda: overloads(bounded) > len(crowd) // 2, 10, "the oldest to be let go")
        assert_served(bounded)
        assert_let_go(crowd[0])
        # The youngest are within the bound, and so is whoever keeps less.
        crowd[-1].send(b"\r\n")
        assert_error(crowd[-1].read_answer("GET"), 401, 11065)
        begun.send(b"\r\n")
        assert begun.read_answer("GET").status == 200
        upload.send(b" ")
        assert upload.read_answer("POST").status == 200
        assert overloads(bounded) < len(crowd)
    note = "too_many_buffered_bytes: LIMITS.buffered_bytes is reached"
    eventually(lambda: bounded.text.count(note) == 1, 5, "the operator to be told")


def test_stalled_content_of_one_account_costs_that_account_only(bounded, accounts):
    ann = bearer(accounts.ann.tokens["creation"])
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(hold(bounded, bounded.credentials, 600_000))
        stalled = []
        for _ in range(2 * BOUND >> 20):
            stalled.append(stack.enter_context(hold(bounded, ann)))
            assert_served(bounded, 1)
        eventually(lambda: overloads(bounded) >= len(stalled) - 2, 10, "the oldest to be let go")
        for connection in stalled[: len(stalled) - 2]:
            assert_let_go(connection)
        assert overloads(bounded) < len(stalled)
        # A whole creation always has room in its account's share.
        stalled[-1].send(b" ")
        assert stalled[-1].read_answer("POST").status == 200
        other.send(b" ")
        assert other.read_answer("POST").status == 200
        assert_served(bounded)


def test_content_that_is_let_go_is_told_so(bounded, accounts):
    ann = bearer(accounts.ann.tokens["creation"])
    with hold(bounded, ann) as first, hold(bounded, ann), hold(bounded, ann):
        answer = first.read_answer("POST")
        assert_error(answer, 503, 1)
        assert answer.fields.one("Retry-After") == "1"
        assert answer.fields.one("Connection") == "close"
        first.expect_end()
    assert_served(bounded)


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) - 1, 100_000])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_the_longest_content_fits_into_a_share(bounded, accounts, size, is_chunked):
    """In whatever pieces it comes."""
    content = b'{"a": "' + b"x" * (size - 9) + b'"}'
    framing = ("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(size))
    fields = [accounts.ann.basic, ("Content-Type", "application/json"), framing]
    with bounded.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), fields))
        for start in range(0, size, 70_001):
            piece = content[start : start + 70_001]
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
        if is_chunked:
            connection.send(b"0\r\n\r\n")
        assert connection.read_answer("POST").status == 200
    assert overloads(bounded) == 0


def test_answers_that_nobody_reads_cost_the_account_that_asked(start_proxy, accounts):
    proxy = start_proxy(
        BigOrigin(8), workers=1, LIMITS={"buffered_bytes": BOUND}, LUNA_SERVICE_METRICS={"ENABLED": 1}
    )
    ann = bearer(accounts.ann.tokens["view"])

    def other() -> None:
        with proxy.connect() as connection:
            connection.ask("GET", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert (answer.status, len(answer.content)) == (200, 8 << 20)

    with contextlib.ExitStack() as stack:
        for number in range(200):
            reader = stack.enter_context(proxy.connect(receive_buffer=4096))
            reader.ask("GET", route("/streams"), [ann])
            assert reader.read_head().status == 200
            if number % 20 == 0:
                other()
        eventually(lambda: overloads(proxy) > 0, 10, "the oldest to be cut")
        other()
        # Whoever came last has all of it.
        reader.sock.settimeout(20)
        assert len(reader.stream.read_exactly(8 << 20)) == 8 << 20


def test_what_waits_is_counted_by_the_memory_it_takes(bounded):
    """A byte that waits in a buffer of kibibytes costs kibibytes."""
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(bounded.connect()).send(b"G")
        eventually(lambda: Metrics(bounded).value("streams_proxy_buffered_bytes") >= 100 * 2048, 5, "the count")
    eventually(lambda: Metrics(bounded).value("streams_proxy_buffered_bytes") < 65536, 5, "the end of it")


def test_many_networks_at_once(bounded):
    """Each of them keeps little: it is still the strangers' own bound that they fill."""
    results = []

    def flood(network: int) -> None:
        with contextlib.ExitStack() as stack:
            for host in range(40):
                connection = stack.enter_context(bounded.connect(source=f"127.{network}.0.{host + 1}"))
                connection.send(HALF_HEAD)
            results.append(network)
            done.wait(30)

    done = threading.Event()
    floods = [threading.Thread(target=flood, args=(network,), daemon=True) for network in range(1, 13)]
    for thread in floods:
        thread.start()
    try:
        eventually(lambda: len(results) == len(floods), 20, "all to have come")
        assert_served(bounded)
        eventually(lambda: overloads(bounded) > 0, 10, "the oldest to be let go")
        assert_served(bounded)
    finally:
        done.set()
        for thread in floods:
            thread.join(20)
