"""Whose a stream is, is asked of Luna-Streams: once, safely, and nobody passes without an answer (section 4)."""

from __future__ import annotations

import gzip
import time
import uuid

import pytest

from accounts import VERBS, bearer, create_token
from guarded import ITEM_ROUTES, JSON, Guarded
from origins import BlackholeOrigin, RefusingOrigin
from origins.guarded_streams import answer_bytes
from origins.origin import OriginConnection
from proxy_process import MemoryWatch, command
from vocabulary import assert_error, route
from wire import eventually, request_bytes

MEBIBYTE = 1 << 20


def everything(guarded: Guarded, stream: str):
    """All requests for the stream, each for its answer."""
    for method, tail in ITEM_ROUTES:
        content = b"{}" if method == "PUT" else None
        yield method, guarded.ask(method, f"/streams/{stream}{tail}", [JSON], content)


def test_a_question_is_a_plain_request_of_our_own(start_proxy, accounts):
    """It carries nobody's credentials, cookies or fields, and names no account."""
    guarded = Guarded(start_proxy, accounts)
    request_id = "1700000000,6d071cca-fda5-4a03-84d5-5bea65904480"
    fields = [("Cookie", "canary=1"), ("X-Mine", "1"), ("Luna-Request-Id", request_id)]
    assert guarded.ask("GET", f"/streams/{guarded.mine.upper()}?canary=1", fields).status == 200
    (question,) = guarded.origin.questions
    assert (question.method, question.target) == ("GET", f"/1/streams/{guarded.mine}")
    assert question.content == b""
    assert question.fields.names <= {"host", "accept", "user-agent", "luna-request-id"}, question.fields
    assert question.fields.one("Luna-Request-Id") == request_id
    assert question.fields.one("Host") == guarded.origin.url[7:]


def test_the_question_goes_to_the_version_that_the_request_goes_to(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts)
    assert guarded.ask("GET", f"/streams/{guarded.mine}", [("LUNA-STREAMS-API-VERSION", "2")]).status == 200
    assert [request.target for request in guarded.origin.requests] == [f"/2/streams/{guarded.mine}"] * 2


def test_wide_readers_ask_nothing_to_read(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts)
    for person in (accounts.root, accounts.reader):
        assert guarded.ask("GET", f"/streams/{guarded.foreign}", credentials=person.basic).status == 200
        assert guarded.origin.questions == []


def cut(connection: OriginConnection) -> None:
    """Ends the connection without an answer."""


def reset(connection: OriginConnection) -> None:
    connection.reset()


def truncate(connection: OriginConnection) -> None:
    connection.send(answer_bytes(200, {"account_id": "x" * 36})[:-5])


def ok(content: bytes, fields: bytes = b"") -> bytes:
    """A good answer with that content."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%b\r\n%b" % (len(content), fields, content)


OWNER = "6d071cca-fda5-4a03-84d5-5bea65904480"
#: What Luna-Streams may say instead of whose the stream is, and the code that it comes to. Ann's id (`OWNER`) in some:
#: an answer must be a clear one, even where it would let the caller pass.
FAULTS = {
    "ends": (cut, 502, (10,)),
    "reset": (reset, 502, (10,)),
    "truncated": (truncate, 502, (10,)),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", 502, (4,)),
    "HTTP/0.9": (b'{"account_id": "%b"}' % OWNER.encode(), 502, (4,)),
    "not JSON": (ok(b"{"), 502, (4,)),
    "an array": (answer_bytes(200, [{"account_id": OWNER}]), 502, (4,)),
    "no account": (answer_bytes(200, {"stream_id": OWNER}), 502, (4,)),
    "a nested account": (answer_bytes(200, {"stream": {"account_id": OWNER}}), 502, (4,)),
    "no string": (answer_bytes(200, {"account_id": [OWNER]}), 502, (4,)),
    "null": (answer_bytes(200, {"account_id": None}), 502, (4,)),
    "no UUID": (answer_bytes(200, {"account_id": OWNER + "0"}), 502, (4,)),
    "huge": (answer_bytes(200, {"x": "x" * 300_000, "account_id": OWNER}), 502, (4,)),
    "created": (answer_bytes(201, {"account_id": OWNER}), 502, (4,)),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 502, (4,)),
    "partial": (answer_bytes(206, {"account_id": OWNER}), 502, (4,)),
    "moved": (answer_bytes(302, {"account_id": OWNER}, b"Location: /1/streams/x\r\n"), 502, (4,)),
    "unauthorized": (answer_bytes(401, {"account_id": OWNER}), 502, (4,)),
    "forbidden": (answer_bytes(403, {"account_id": OWNER}), 502, (4,)),
    "gone": (answer_bytes(410, {"account_id": OWNER}), 502, (4,)),
    "busy": (answer_bytes(429, {"account_id": OWNER}), 502, (4,)),
    "error": (answer_bytes(500, {"account_id": OWNER}), 502, (4,)),
    "down": (answer_bytes(503, {"account_id": OWNER}), 502, (4,)),
    "compressed": (ok(gzip.compress(b'{"account_id":"%b"}' % OWNER.encode()), b"Content-Encoding: gzip\r\n"), 502, (4,)),
    "twice": (ok(b'{"account_id":"%b","account_id":"%b"}' % (OWNER.encode(), OWNER.encode())), 502, (4,)),
}


@pytest.fixture(scope="module")
def faulty(start_module_proxy, accounts) -> Guarded:
    return Guarded(start_module_proxy, accounts)


@pytest.mark.parametrize("name", FAULTS)
def test_without_a_clear_answer_nobody_passes(faulty, name):
    fault, status, codes = FAULTS[name]
    stream = faulty.origin.add(OWNER)
    faulty.origin.fail_questions(fault)
    for method, answer in everything(faulty, stream):
        faulty.refused(answer, status, *codes, method=method)
    faulty.origin.fail_questions(None)
    # A failure is not remembered: the very next request asks again, and passes.
    for _, answer in everything(faulty, stream):
        assert answer.status in (200, 204)


def test_an_answer_that_does_not_come(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, timeouts={"request": 0.4})
    guarded.origin.hold_questions()
    begin = time.monotonic()
    for method, answer in everything(guarded, guarded.mine):
        guarded.refused(answer, 504, 9, method=method)
    assert time.monotonic() - begin < 5
    guarded.origin.release_questions()
    assert guarded.ask("GET", f"/streams/{guarded.mine}").status == 200


@pytest.mark.parametrize("origin, status, code", [(RefusingOrigin, 502, 16), (BlackholeOrigin, 504, 8)])
def test_an_origin_that_cannot_be_reached(start_proxy, accounts, origin, status, code):
    proxy = start_proxy(origin(), isolation=1, timeouts={"connect": 0.4, "request": 5})
    for method, path in (("GET", f"/streams/{uuid.uuid4()}"), ("DELETE", f"/streams/{uuid.uuid4()}")):
        answer = proxy.ask(method, path, credentials=bearer(accounts.ann.tokens["all"]))
        assert_error(answer, status, code)


def test_a_connection_that_waits_serves_on(start_proxy, accounts):
    """While one request waits for its question, others on other connections are answered; then its own answer comes."""
    guarded = Guarded(start_proxy, accounts, workers=1)
    guarded.origin.hold_questions()
    with guarded.proxy.connect() as connection:
        path = route(f"/streams/{guarded.mine}")
        connection.send(
            request_bytes("GET", path, guarded.fields()) + request_bytes("GET", route("/streams"), guarded.fields())
        )
        guarded.origin.wait_until(lambda: guarded.origin.questions)
        with guarded.proxy.connect() as other:
            for _ in range(20):
                other.ask("GET", route("/streams/count"), guarded.fields())
                assert other.read_answer().status == 200
        assert [request.target for request in guarded.origin.clients if request.target == f"/1{path}"] == []
        guarded.origin.release_questions()
        assert [connection.read_answer("GET").status for _ in range(2)] == [200, 200]


def test_clients_that_leave_while_they_wait(start_proxy, accounts):
    """Nothing of theirs goes upstream, and nothing of theirs stays behind."""
    guarded = Guarded(start_proxy, accounts, workers=1)
    guarded.origin.hold_questions()
    before = guarded.proxy.descriptors()
    connections = [guarded.proxy.connect() for _ in range(50)]
    stream = f"/streams/{guarded.mine}"
    for connection in connections:
        connection.send(request_bytes("DELETE", route(stream), guarded.fields()))
    guarded.origin.wait_until(lambda: guarded.origin.questions)
    for connection in connections:
        connection.reset()
    eventually(lambda: guarded.proxy.descriptors() < before + 20, what="the connections to be closed")
    guarded.origin.release_questions()
    assert guarded.ask("GET", stream).status == 200
    assert [request.method for request in guarded.origin.clients] == ["GET"]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("owner, status", [("mine", 200), ("foreign", 404), ("absent", 404)])
def test_five_hundred_requests_for_one_cold_stream(start_proxy, accounts, workers, owner, status):
    """One question for each worker, however many wait; and every one gets its answer."""
    guarded = Guarded(start_proxy, accounts, workers=workers)
    stream = getattr(guarded, owner)
    guarded.origin.hold_questions()
    connections = [guarded.proxy.connect(timeout=20) for _ in range(500)]
    request = request_bytes("GET", route(f"/streams/{stream}"), guarded.fields())
    for connection in connections:
        connection.send(request)
    guarded.origin.wait_until(lambda: len(guarded.origin.questions) >= workers)
    guarded.origin.release_questions()
    assert {connection.read_answer("GET").status for connection in connections} == {status}
    for connection in connections:
        connection.close()
    assert len(guarded.origin.questions) == workers
    assert len(guarded.origin.clients) == (500 if status == 200 else 0)


def test_a_burst_asks_once_and_later_ones_ask_again(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, workers=1)
    request = request_bytes("GET", route(f"/streams/{guarded.mine}"), guarded.fields())
    with guarded.proxy.connect() as connection:
        for _ in range(50):
            connection.send(request)
            assert connection.read_answer("GET").status == 200
        asked = len(guarded.origin.questions)
        assert asked <= 2

        def asks_again() -> bool:
            connection.send(request)
            assert connection.read_answer("GET").status == 200
            return len(guarded.origin.questions) > asked

        # "Remembered briefly": seconds.
        eventually(asks_again, 5)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_our_own_changes_are_followed_at_once(start_proxy, accounts, method):
    """What is remembered of a stream ends with a replacement or a deletion through the same worker."""
    guarded = Guarded(start_proxy, accounts, workers=1)
    for path in (f"/streams/{guarded.mine}", "/streams"):
        stream = guarded.mine if path != "/streams" else guarded.origin.add(guarded.ann.account_id)
        if path == "/streams" and method == "PUT":
            continue
        with guarded.proxy.connect() as connection:
            for number in range(2):
                connection.ask("GET", route(f"/streams/{stream}"), guarded.fields())
                assert connection.read_answer().status == 200
            guarded.origin.forget()
            connection.ask(method, route(path), guarded.fields([JSON]), b"{}" if method == "PUT" else None)
            assert connection.read_answer().status in (200, 204)
            assert guarded.origin.questions == []
            # Somebody else's from now on, by a way that isn't ours.
            guarded.origin.owners[stream] = guarded.bob.account_id
            connection.ask("GET", route(f"/streams/{stream}"), guarded.fields())
            assert_error(connection.read_answer(), 404, 39001)


def test_one_accounts_answer_is_not_anothers(start_proxy, accounts):
    """What is remembered is whose the stream is, not who may pass."""
    guarded = Guarded(start_proxy, accounts, workers=1)
    with guarded.proxy.connect() as connection:
        for credentials, status in ((guarded.credentials, 200), (guarded.bob.basic, 404), (guarded.credentials, 200)) * 3:
            connection.ask("GET", route(f"/streams/{guarded.mine}"), guarded.fields(credentials=credentials))
            assert connection.read_answer().status == status
    assert len(guarded.origin.questions) == 1


def test_many_different_streams_do_not_fill_the_memory(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, workers=1)

    def ask_for(count: int) -> None:
        with guarded.proxy.connect(timeout=30) as connection:
            for _ in range(count // 50):
                requests = (request_bytes("GET", route(f"/streams/{uuid.uuid4()}"), guarded.fields()) for _ in range(50))
                connection.send(b"".join(requests))
                for _ in range(50):
                    assert connection.read_answer("GET").status == 404
                guarded.origin.forget()

    ask_for(5000)  # What is remembered is full by now.
    with MemoryWatch(guarded.proxy) as watch:
        ask_for(10_000)
    assert watch.growth < 1.5 * MEBIBYTE


def test_names_of_another_origin_in_an_id(start_proxy, accounts):
    """Only a UUID is an id, so a question can go nowhere else."""
    guarded = Guarded(start_proxy, accounts)
    mine = guarded.mine
    for name in (f"{mine}@evil", f"{mine}/..", f"..%2f{mine}", f"{mine}%00", f"{mine}?", f"@{mine}", mine[:-1], f"{mine}#"):
        answer = guarded.send(request_bytes("GET", route(f"/streams/{name}"), guarded.fields()))
        if name.endswith("?"):
            assert answer.status == 200
            continue
        assert answer.status in (400, 404) and answer.code != 39001
        assert guarded.origin.requests == []


def test_somebody_who_was_let_in_and_is_refused_while_the_question_waits(start_proxy, accounts):
    """A question may take as long as `request`; who was let in before it is looked at again after it."""
    guarded = Guarded(start_proxy, accounts, workers=1)
    token_id, token = create_token(guarded.proxy.folder, accounts.ann.login, VERBS)
    eventually(lambda: guarded.proxy.status_for(bearer(token)) == 200, 2)
    guarded.origin.hold_questions()
    with guarded.proxy.connect() as connection:
        fields = guarded.fields(credentials=bearer(token))
        guarded.origin.forget()
        connection.ask("DELETE", route(f"/streams/{guarded.mine}"), fields)
        guarded.origin.wait_until(lambda: guarded.origin.questions)
        command(guarded.proxy.folder, "token", "delete", "--token-id", token_id)
        eventually(lambda: guarded.proxy.status_for(bearer(token)) == 401, 2)
        guarded.origin.release_questions()
        answer = connection.read_answer()
    assert_error(answer, 401, 41005)
    assert guarded.origin.clients == []
