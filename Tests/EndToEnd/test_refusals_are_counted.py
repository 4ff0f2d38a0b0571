"""What is refused is told in the log by the rule that it breaks, and counted: messages by rule, clients by limit."""

from __future__ import annotations

import collections
import contextlib
import os
import resource
import signal

import pytest

import plugins
from access_log import line_of, parse
from bytestream import WireFault
from metrics import Metrics
from origins import CannedOrigin, EchoOrigin, Origin
from plugins import MIRROR
from test_malformed_requests import READABLE, SAMPLE, raw
from vocabulary import route
from wire import chunked, eventually, request_bytes

ON = {"LUNA_SERVICE_METRICS": {"ENABLED": 1}}
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def request_id(head) -> str:
    found = head.fields.one("Luna-Request-Id")
    assert found
    return found


def malformed(metrics: Metrics) -> "dict[tuple[str, str], float]":
    """How many messages of a sender broke a rule."""
    return {
        (dict(labels)["sender"], dict(labels)["rule"]): value
        for (name, labels), value in metrics.samples.items()
        if name == "streams_proxy_malformed_messages_total"
    }


def refused(metrics: Metrics, limit: str) -> float:
    return metrics.value("streams_proxy_overloads_total", limit=limit)


def test_requests_are_counted_by_rule(start_proxy):
    proxy = start_proxy(EchoOrigin(), account_header=1, **ON)
    told: "collections.Counter[str]" = collections.Counter()
    for defect in SAMPLE:
        with proxy.connect() as connection:
            connection.send(raw(defect, proxy))
            answer = connection.read_answer("GET")
        if answer.status not in READABLE:
            line = line_of(proxy, request_id(answer))
            assert (line["error_code"], line["status"]) == (12046, answer.status)
            told[line["reason"]] += 1
    assert len(told) > 10, told
    assert malformed(Metrics(proxy)) == {("client", rule): count for rule, count in told.items()}


def test_content_is_counted_by_rule(start_proxy):
    proxy = start_proxy(EchoOrigin(), isolation=1, http={"request_max_size": 1000}, **ON)
    for fields, content in (
        ([("Transfer-Encoding", "chunked")], b"x\r\n"),
        ([("Transfer-Encoding", "chunked")], b"ffffffffffffffffffff\r\n"),
        ([("Transfer-Encoding", "chunked")], chunked(b"x" * 999, b"xx")),
        ([("Content-Length", "1001")], b""),
        ([("Transfer-Encoding", "chunked")], b"1\r\n{\r\n0\r\nHost: h\r\n\r\n"),
    ):
        with proxy.connect() as connection:
            own = [proxy.credentials, ("Content-Type", "application/json")]
            connection.send(request_bytes("POST", route("/streams"), [*own, *fields]) + content)
            assert connection.read_answer("POST").status in (400, 413)
    rules = ["bad_chunk", "chunk_too_long", "content_too_long", "content_too_long", "forbidden_trailer"]
    assert malformed(Metrics(proxy)) == {("client", rule): rules.count(rule) for rule in rules}


class HalfAnsweringOrigin(Origin):
    """Answers half as soon as a head has come, and never the rest."""

    def serve(self, connection) -> None:
        connection.read_head()
        connection.send(HEAD + b"5\r\nfirst\r\n")
        connection.wait_for_end()


def test_content_that_breaks_behind_half_an_answer(start_proxy):
    """Nobody can be told any more; the log and the counters tell."""
    proxy = start_proxy(HalfAnsweringOrigin(), **ON)
    with proxy.connect() as connection:
        fields = [proxy.credentials, ("Transfer-Encoding", "chunked")]
        connection.send(request_bytes("POST", route("/streams"), fields) + b"1\r\nx\r\n")
        head, _ = connection.read_final_head()
        connection.send(b"no chunk\r\n")
        with pytest.raises((WireFault, OSError)):
            connection.content(head).read()
    line = line_of(proxy, request_id(head))
    assert (line["end"], line["reason"], line["error_code"]) == ("cut", "bad_chunk", 12046)
    assert malformed(Metrics(proxy)) == {("client", "bad_chunk"): 1}


ANSWERS = {
    "no head": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "bad_status_line", "completed"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "repeated_content_length", "completed"),
    "a folded field": (b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 0\r\n\r\n", "folded_field", "completed"),
    "too long a head": (b"HTTP/1.1 200 OK\r\n" + b"X-A: %s\r\n" % (b"a" * 2000) * 20 + b"\r\n", "head_too_long", "completed"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_counted_by_rule(start_proxy, name):
    content, rule, end = ANSWERS[name]
    proxy = start_proxy(CannedOrigin(content, then="close"), **ON)
    answer = proxy.ask("GET", "/streams")
    assert answer.status == 502
    line = line_of(proxy, request_id(answer))
    assert (line["error_code"], line["reason"], line["end"]) == (4, rule, end)
    found = Metrics(proxy)
    assert malformed(found) == {("upstream", rule): 1}
    assert found.value("streams_proxy_refusals_total", reason="upstream_unreadable") == 1


def test_an_answer_that_breaks_half_way(start_proxy):
    proxy = start_proxy(CannedOrigin(HEAD + b"5\r\nfirst\r\n", then="stall"), **ON)
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head, _ = connection.read_final_head()
        proxy.origin.connections[0].send(b"no chunk\r\n")
        with pytest.raises((WireFault, OSError)):
            connection.content(head).read()
    line = line_of(proxy, request_id(head))
    assert (line["end"], line["reason"], line["error_code"]) == ("cut", "bad_chunk", 4)
    assert malformed(Metrics(proxy)) == {("upstream", "bad_chunk"): 1}


def busy(proxy, source: str = ""):
    """A connection with a request under way: the rest of its head is still owed."""
    connection = proxy.connect(source=source)
    connection.send(b"GET /healthcheck HTTP/1.1\r\n")
    return connection


def test_clients_that_find_no_room_are_counted(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={"connections": 3}, **ON)
    assert all(refused(Metrics(proxy), limit) == 0 for limit in ("too_many_connections", "no_descriptors_left"))
    inside = [busy(proxy) for _ in range(3)]
    for _ in range(4):
        assert proxy.ask("GET", "/streams").status == 503
    for connection in inside:
        connection.close()
    eventually(lambda: proxy.ask("OPTIONS", "/streams", credentials=None).status == 204, what="room again")
    found = Metrics(proxy)
    counted = refused(found, "too_many_connections")
    # While room was awaited there may have been more of them.
    assert counted >= 4
    assert found.value("streams_proxy_overloads_total", limit="too_many_connections_of_address") == 0
    assert all(line.get("status") != 503 for line in parse(proxy.text)), "who is refused at the door has no line"


def test_clients_of_one_address_are_counted(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, LIMITS={"connections_per_address": 2}, **ON)
    inside = [busy(proxy, "127.0.0.2") for _ in range(2)]
    for _ in range(5):
        with proxy.connect(source="127.0.0.2") as connection:
            connection.ask("GET", "/healthcheck")
            assert connection.read_answer().status == 503
    assert refused(Metrics(proxy), "too_many_connections_of_address") == 5
    for connection in inside:
        connection.close()


def test_requests_are_counted_for_which_there_is_no_memory(start_proxy):
    # An account's share is a quarter: of three, the first has to go.
    proxy = start_proxy(EchoOrigin(), workers=1, isolation=1, LIMITS={"buffered_bytes": 8 << 20}, **ON)
    with contextlib.ExitStack() as stack:
        fields = [proxy.credentials, ("Content-Type", "application/json"), ("Content-Length", "900000")]
        held = [stack.enter_context(proxy.connect()) for _ in range(3)]
        for connection in held:
            connection.send(request_bytes("POST", route("/streams"), fields) + b" " * 899_999)
        assert held[0].read_answer("POST").status == 503
        found = Metrics(proxy)
    assert refused(found, "too_many_buffered_bytes") == found.value(
        "streams_proxy_refusals_total", reason="overloaded"
    ) == 1


def test_clients_are_counted_for_whom_there_is_no_descriptor(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1, **ON)
    assert proxy.ask("GET", "/streams").status == 200
    _, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (60, hard))
    crowd = [busy(proxy) for _ in range(80)]
    eventually(lambda: "no_descriptors_left" in proxy.text, what="the descriptors to run out")
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (hard, hard))
    for connection in crowd:
        connection.close()
    eventually(lambda: refused(Metrics(proxy), "no_descriptors_left") > 0, what="the count")


def test_plugins_are_told_of(start_proxy):
    proxy = start_proxy(
        EchoOrigin(), LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror", "broken"],
        prepare=lambda folder: [plugins.add(folder, "mirror", MIRROR), plugins.add(folder, "broken", "1/0\n")], **ON,
    )  # fmt: skip
    plugins.wait_running(proxy, "mirror")
    plugins.wait(lambda: plugins.statuses(proxy)["broken"]["status"] == "failed", "the broken one to fail", proxy)
    found = Metrics(proxy)
    assert found.value("streams_proxy_plugin_running", plugin="mirror") == 1
    assert found.value("streams_proxy_plugin_running", plugin="broken") == 0
    assert ("streams_proxy_plugin_running", frozenset({("plugin", "luna-streams")})) not in found.samples
    assert found.value("streams_proxy_plugin_host_restarts_total") == 0
    host = plugins.host_of(proxy)
    assert host is not None
    os.kill(host, signal.SIGKILL)
    plugins.wait(
        lambda: Metrics(proxy).value("streams_proxy_plugin_host_restarts_total") == 1, "the restart to count", proxy)
    plugins.wait_running(proxy, "mirror")
    assert Metrics(proxy).value("streams_proxy_plugin_running", plugin="mirror") == 1
