"""Not a byte reaches Luna-Streams without a positive decision, and none before it (sections 4 and 7)."""

from __future__ import annotations

import pytest

from accounts import basic, bearer
from origins import EchoOrigin
from vocabulary import route
from wire import Connection, request_bytes

DENIED = {
    "nobody": None,
    "wrong password": basic("ann@visionlabs.ai", "wrong"),
    "unknown login": basic("nobody@visionlabs.ai", "wrong"),
    "opaque bearer": bearer("abc"),
    "unreadable basic": ("Authorization", "Basic ???"),
    "unknown scheme": ("Authorization", "Digest x"),
    "unknown account": ("Luna-Account-Id", "11111111-2222-4333-8444-555555555555"),
}


@pytest.fixture
def fresh(start_proxy):
    """A proxy that has never talked to its origin."""
    return start_proxy(EchoOrigin(), account_header=1)


def test_denied_requests_do_not_even_connect(fresh, accounts):
    for credentials in DENIED.values():
        for method, content in (("GET", None), ("POST", b"x" * 100_000), ("DELETE", None)):
            assert fresh.ask(method, "/streams", content=content, credentials=credentials).status == 401
    view = bearer(accounts.ann.tokens["view"])
    assert fresh.ask("POST", "/streams", content=b"{}", credentials=view).status == 403
    for method, path in (
        ("GET", "/nothing"),
        ("PATCH", "/streams"),
        ("GET", "/streams%2fcount"),
        ("OPTIONS", "/streams"),
    ):
        assert fresh.ask(method, path).status in (204, 400, 404, 405)
    assert fresh.origin.connections == []


@pytest.mark.parametrize("name", DENIED)
def test_content_is_not_read_before_a_refusal(fresh, name):
    """The refusal comes while the content is still missing."""
    fields = [("Content-Length", "1000000000"), *([DENIED[name]] if DENIED[name] else [])]
    with fresh.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), fields))
        assert connection.read_answer("POST").status == 401
    assert fresh.origin.connections == []


def test_a_denied_request_among_pipelined_ones(fresh):
    good, bad = [fresh.credentials], [basic("ann@visionlabs.ai", "wrong")]
    order = [good, bad, good, [], good, bad]
    with fresh.connect() as connection:
        for number, fields in enumerate(order):
            connection.ask("GET", route(f"/streams?n={number}"), fields)
        statuses = [connection.read_answer().status for _ in order]
    assert statuses == [200, 401, 200, 401, 200, 401]
    assert [request.target for request in fresh.origin.requests] == [f"/1/streams?n={number}" for number in (0, 2, 4)]


def test_a_request_hidden_in_denied_content_is_not_taken_for_one(fresh):
    """The content of a refused request is either skipped or ends the connection, never read as requests."""
    hidden = request_bytes("DELETE", route("/streams"), [fresh.credentials])
    with fresh.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [], hidden) + request_bytes("GET", route("/version")))
        assert connection.read_answer("POST").status == 401
        try:
            assert connection.read_answer("GET").status == 200
        except EOFError:
            pass
    assert [request.method for request in fresh.origin.requests] in ([], ["GET"])


def test_an_unfinished_head_goes_nowhere(fresh):
    head = request_bytes("GET", route("/streams"), [fresh.credentials])
    with fresh.connect() as connection:
        connection.send(head[:-2])
        with Connection(fresh.address) as other:  # A whole round trip passes meanwhile.
            other.ask("OPTIONS", route("/streams"))
            assert other.read_answer().status == 204
        assert fresh.origin.connections == []
        connection.send(head[-2:])
        assert connection.read_answer("GET").status == 200


def test_a_client_that_goes_before_the_decision_leaves_nothing(fresh, accounts):
    """A password hash is under way when the client resets; the call must not be made for nobody more than once."""
    for _ in range(5):
        connection = fresh.connect()
        connection.send(request_bytes("POST", route("/streams"), [accounts.bob.basic], b"{}"))
        connection.reset()
    assert fresh.ask("GET", "/streams/count").status == 200
    assert len([request for request in fresh.origin.requests if request.method == "POST"]) <= 5
