"""1xx answers of Luna-Streams: 103 is passed to those who know it, 100 is consumed."""

from __future__ import annotations

import pytest

from origins import InterimOrigin, StallingOrigin, TruncatingOrigin
from origins.interim import CONTINUE, EARLY_HINTS, PROCESSING
from vocabulary import assert_error, route
from wire import request_bytes


@pytest.mark.parametrize("is_joined", [False, True])
@pytest.mark.parametrize(
    "sent, expected",
    [
        (EARLY_HINTS, [103]),
        (EARLY_HINTS * 2, [103, 103]),
        (CONTINUE, []),
        (CONTINUE + EARLY_HINTS, [103]),
        (EARLY_HINTS + CONTINUE + EARLY_HINTS, [103, 103]),
    ],
)
def test_what_a_1_1_client_sees(start_proxy, sent, expected, is_joined):
    proxy = start_proxy(InterimOrigin(before_answer=sent, is_joined=is_joined))
    with proxy.connect() as connection:
        for _ in range(2):
            connection.ask("GET", route("/streams"), [proxy.credentials])
            answer = connection.read_answer()
            assert (answer.status, answer.content) == (200, b"0")
            assert [head.status for head in answer.interim] == expected
            for head in answer.interim:
                assert head.fields.one("Link") == "</frame.jpg>; rel=preload"


@pytest.mark.parametrize("sent", [EARLY_HINTS, CONTINUE, PROCESSING])
def test_a_1_0_client_sees_none(start_proxy, sent):
    proxy = start_proxy(InterimOrigin(before_answer=sent))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials], version="HTTP/1.0")
        answer = connection.read_answer()
        assert (answer.status, answer.interim) == (200, [])


def test_103_comes_at_once(start_proxy):
    proxy = start_proxy(StallingOrigin("interim"))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert connection.read_head().status == 103


def test_103_before_the_content_has_gone(start_proxy):
    proxy = start_proxy(InterimOrigin(before_content=EARLY_HINTS, before_answer=b""))
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Content-Length", "5")]
        connection.send(request_bytes("POST", route("/streams"), fields))
        assert connection.read_head().status == 103
        connection.send(b"hello")
        answer = connection.read_answer("POST")
        assert (answer.status, answer.content) == (200, b"5")


def test_after_103_a_failure_can_still_be_told(start_proxy):
    """An interim answer isn't the answer: its head has not gone out yet."""
    proxy = start_proxy(TruncatingOrigin("interim"))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        answer = connection.read_answer()
    assert [head.status for head in answer.interim] == [103]
    assert_error(answer, 502, 10, 4)


def test_endless_interim_answers_end(start_proxy):
    """After a hundred of them it is an attack, and not left to a deadline."""
    proxy = start_proxy(InterimOrigin(before_answer=EARLY_HINTS * 5000))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        answer = connection.read_answer()
    assert_error(answer, 502, 4)
    assert len(answer.interim) == 100
