"""Where Luna-Streams doesn't say clearly whose a stream is, nobody passes, and the answer tells why (section 4)."""

from __future__ import annotations

import gzip
import time
import uuid

import pytest

from accounts import bearer
from guarded import ITEM_ROUTES, JSON, Guarded
from origins import BlackholeOrigin, RefusingOrigin
from origins.guarded_streams import answer_bytes
from origins.origin import OriginConnection
from vocabulary import assert_error


def everything(guarded: Guarded, stream: str):
    """All requests for the stream, each for its answer."""
    for method, tail in ITEM_ROUTES:
        content = b"{}" if method == "PUT" else None
        yield method, guarded.ask(method, f"/streams/{stream}{tail}", [JSON], content)


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
    "huge": (answer_bytes(200, {"x": "x" * 8_000_000, "account_id": OWNER}), 502, (4,)),
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
    "compressed": (
        ok(gzip.compress(b'{"account_id":"%b"}' % OWNER.encode()), b"Content-Encoding: gzip\r\n"),
        502,
        (4,),
    ),
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
