"""W3C Trace Context: a valid one passes on every route, any other goes no further, one is made where that is wanted."""

from __future__ import annotations

import re

import pytest

import plugins
from access_log import line_of
from guarded import JSON, Guarded
from origins import EchoOrigin, LiveOrigin, WebSocketOrigin
from plugins import MIRROR
from test_upgrade import UPGRADE
from vocabulary import LIVE, STREAM, route
from wire import eventually

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
#: One context as it may come: the state in several lines, which mean as much as one (§3.3).
CONTEXT = [
    ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
    ("Tracestate", "other@vendor=2,third=3"),
]
MADE = re.compile(r"00-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-01\Z")
#: What asks for each of the ways through the proxy: its origin, and the request.
WAYS = {
    "a call": (EchoOrigin, "GET", "/streams", (), None),
    "content that streams": (EchoOrigin, "PUT", f"/streams/{STREAM}", (), b"x" * 100_000),
    "a preview": (LiveOrigin, "GET", LIVE, (), None),
    "a tunnel": (WebSocketOrigin, "GET", LIVE, UPGRADE, None),
}


def pairs(fields) -> "list[tuple[str, str]]":
    """The fields of a trace among all, in their order."""
    return [(name.lower(), value) for name, value in fields if name.lower().startswith("trace")]


def request_id(head) -> str:
    found = head.fields.one("Luna-Request-Id")
    assert found
    return found


def sent_upstream(proxy, way: str, fields) -> "tuple[str, list[tuple[str, str]]]":
    """Asks that way; the request's id, and what the origin got of a trace."""
    _, method, path, more, content = WAYS[way]
    with proxy.connect() as connection:
        connection.ask(method, route(path), [proxy.credentials, *more, *fields], content)
        head, _ = connection.read_final_head()
        assert head.status in (200, 101)
    (request,) = proxy.origin.requests
    return request_id(head), pairs(request.fields.lines)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("makes", [0, 1])
def test_a_trace_passes_and_is_told(start_proxy, way, makes):
    proxy = start_proxy(WAYS[way][0](), plugin={"trace-context": makes})
    asked, got = sent_upstream(proxy, way, CONTEXT)
    assert got == pairs(CONTEXT)
    event = "begin" if WAYS[way][2] == LIVE else "request"
    assert line_of(proxy, asked, event)["trace_id"] == TRACE


@pytest.mark.parametrize("way", WAYS)
def test_a_trace_is_made_where_that_is_wanted(start_proxy, way):
    proxy = start_proxy(WAYS[way][0](), plugin={"trace-context": 1})
    asked, ((name, value),) = sent_upstream(proxy, way, [])
    match = MADE.match(value)
    assert name == "traceparent" and match
    event = "begin" if WAYS[way][2] == LIVE else "request"
    assert line_of(proxy, asked, event)["trace_id"] == match[1] == asked[11:].replace("-", "")


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("tracestate", "vendor=1")],
        [("traceparent", "canary"), ("tracestate", "vendor=1")],
        [("traceparent", f"00-{TRACE}-0000000000000000-01")],
        [*CONTEXT, CONTEXT[0]],
    ],
    ids=["none", "state alone", "no context", "no parent", "two"],
)
def test_what_is_not_valid_goes_no_further(proxy, fields):
    asked, got = sent_upstream(proxy, "a call", fields)
    assert got == [] and line_of(proxy, asked)["trace_id"] is None


def test_a_request_that_was_held_keeps_it(start_proxy, accounts):
    """Whose the stream is, is asked first; then its head is parsed anew, and its content looked at."""
    guarded = Guarded(start_proxy, accounts)
    answer = guarded.ask("PUT", f"/streams/{guarded.mine}", [JSON, *CONTEXT], b'{"name": "x"}')
    assert answer.status < 300
    assert line_of(guarded.proxy, request_id(answer))["trace_id"] == TRACE
    (question,) = guarded.origin.questions
    assert pairs(question.fields.lines) == [], "what we ask for ourselves is no part of it"
    (request,) = guarded.origin.clients
    assert pairs(request.fields.lines) == pairs(CONTEXT)


@pytest.mark.parametrize("makes", [0, 1])
def test_a_plugin_gets_it(start_proxy, accounts, makes):
    proxy = start_proxy(
        EchoOrigin(), plugin={"trace-context": makes}, LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror"],
        prepare=lambda folder: plugins.add(folder, "mirror", MIRROR),
    )  # fmt: skip
    plugins.wait_running(proxy, "mirror")
    answer = plugins.ask(proxy, "/mirror/mirror", accounts.ann.basic, *CONTEXT)
    assert pairs(answer.json()["headers"]) == pairs(CONTEXT)
    assert line_of(proxy, request_id(answer))["trace_id"] == TRACE
    answer = plugins.ask(proxy, "/mirror/mirror", accounts.ann.basic, ("tracestate", "a=1"))
    told = line_of(proxy, request_id(answer))["trace_id"]
    assert [MADE.match(value)[1] for _, value in pairs(answer.json()["headers"])] == ([told] if makes else [])


def test_a_reload_begins_and_ends_the_making(start_proxy):
    proxy = start_proxy(EchoOrigin())
    for makes in (1, 0):
        proxy.change_settings(plugin={"trace-context": makes})
        proxy.reload()
        proxy.origin.forget()
        eventually(lambda: proxy.ask("GET", "/streams").status == 200, what="an answer")
        assert len(pairs(proxy.origin.requests[0].fields.lines)) == makes
