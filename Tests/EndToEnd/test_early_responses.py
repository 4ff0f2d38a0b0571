"""An upstream that answers before it has the whole request."""

from __future__ import annotations

import pytest

from origins import EarlyResponseOrigin
from vocabulary import route
from wire import request_bytes

LONG = 50_000_000


@pytest.mark.parametrize("then", ["close", "drain", "ignore"])
def test_the_client_gets_the_early_answer_while_it_still_sends(start_proxy, then):
    proxy = start_proxy(EarlyResponseOrigin(then))
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Content-Length", str(LONG))]
        connection.send(request_bytes("POST", route("/streams"), fields) + b"x" * 1000)
        answer = connection.read_answer("POST")
    assert (answer.status, answer.content) == (413, b"too big")


@pytest.mark.parametrize("then", ["close", "drain", "ignore"])
def test_a_client_that_sends_all_first_still_reads_the_answer(start_proxy, then):
    """What it sends is taken or refused, but the answer isn't lost to a reset (lingering close)."""
    proxy = start_proxy(EarlyResponseOrigin(then))
    content = b"x" * 100_000
    with proxy.connect() as connection:
        connection.send(request_bytes("POST", route("/streams"), [proxy.credentials], content))
        assert connection.read_answer("POST").status == 413


@pytest.mark.parametrize("then", ["close", "drain", "ignore"])
def test_the_next_request_is_not_confused(start_proxy, then):
    proxy = start_proxy(EarlyResponseOrigin(then), workers=1)
    for _ in range(3):
        with proxy.connect() as connection:
            fields = [proxy.credentials, ("Content-Length", "1000")]
            connection.send(request_bytes("POST", route("/streams"), fields) + b"x" * 10)
            assert connection.read_answer("POST").status == 413
        assert proxy.ask("GET", "/streams").content == b"ok"


def test_content_after_an_early_answer_is_never_a_request(start_proxy):
    """The client goes on with its content, or the connection ends; nothing of it is read as a request."""
    proxy = start_proxy(EarlyResponseOrigin("close"))
    hidden = request_bytes("GET", route("/streams?hidden"), [proxy.credentials])
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Content-Length", str(len(hidden)))]
        connection.send(request_bytes("POST", route("/streams"), fields))
        assert connection.read_answer("POST").status == 413
        try:
            connection.send(hidden + request_bytes("GET", route("/streams?next"), [proxy.credentials]))
            assert connection.read_answer("GET").content == b"ok"
        except (EOFError, ConnectionError):
            pass
    assert "/1/streams?hidden" not in [request.target for request in proxy.origin.requests]


def test_pipelined_after_an_early_answer(start_proxy):
    proxy = start_proxy(EarlyResponseOrigin("drain"))
    with proxy.connect() as connection:
        post = request_bytes("POST", route("/streams"), [proxy.credentials], b"y" * 2000)
        connection.send(post + request_bytes("GET", route("/streams?next"), [proxy.credentials]))
        assert connection.read_answer("POST").status == 413
        try:
            assert connection.read_answer("GET").content == b"ok"
        except EOFError:
            pass
    gets = [request.target for request in proxy.origin.requests if request.method == "GET"]
    assert gets in ([], ["/1/streams?next"])
