"""The access log: each exchange is told in one line, a preview in one when it begins and one when it has ended."""

from __future__ import annotations

import re
import time

import pytest

from access_log import MEMBERS, line_of, lines_of, parse
from accounts import basic
from bytestream import Incomplete
from malformed import Defect
from origins import (
    EchoOrigin,
    KeepAliveClosingOrigin,
    LiveOrigin,
    RefusingOrigin,
    StallingOrigin,
    TruncatingOrigin,
    WebSocketOrigin,
)
from proxy_process import PREFIX
from test_malformed_requests import SAMPLE, identify, raw
from test_upgrade import UPGRADE
from vocabulary import LIVE, route
from wire import request_bytes

TIME = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z\Z")


def request_id(answer) -> str:
    found = answer.fields.one("Luna-Request-Id")
    assert found
    return found


def assert_well_formed(line) -> None:
    assert tuple(line) == MEMBERS
    assert TIME.match(line["time"]), line["time"]
    for name in ("total_us", "connect_us", "decision_us", "request_bytes", "answer_bytes"):
        assert isinstance(line[name], int) and line[name] >= 0, (name, line)


def assert_line(line, **expected) -> None:
    assert_well_formed(line)
    assert {name: line[name] for name in expected} == expected, line


def test_a_call_that_went_well(proxy, accounts):
    before = time.time()
    answer = proxy.ask("GET", "/streams")
    line = line_of(proxy, request_id(answer))
    assert_line(
        line, level="info", event="request", client="127.0.0.1", method="GET", route=f"{PREFIX}/streams",
        account_id=accounts.root.account_id, status=200, error_code=None, reason=None, upstream="new", retried=False,
        decision="local", end="completed",
    )  # fmt: skip
    assert re.fullmatch("[0-9a-f]{8}", line["credential"]) and re.fullmatch("[0-9a-f-]{36}", line["token_id"])
    assert 0 < line["connect_us"] <= line["first_byte_us"] <= line["total_us"] < 10e6
    assert abs(time.mktime(time.strptime(line["time"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone - before) < 20


def test_the_next_call_reuses_what_the_first_found_out(start_proxy):
    proxy = start_proxy(EchoOrigin(), workers=1)
    first, second = (line_of(proxy, request_id(proxy.ask("GET", "/streams"))) for _ in range(2))
    assert (first["decision"], first["upstream"]) == ("local", "new")
    assert_line(second, decision="cache", upstream="reused", connect_us=0, decision_us=0)
    assert first["credential"] == second["credential"]


def test_a_password_is_waited_for(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), workers=1)
    answers = [proxy.ask("GET", "/streams", credentials=accounts.ann.basic) for _ in range(2)]
    first, second = (line_of(proxy, request_id(answer)) for answer in answers)
    assert_line(first, decision="asked", account_id=accounts.ann.account_id, token_id=None)
    assert first["decision_us"] > 1000 and first["total_us"] >= first["decision_us"]
    assert_line(second, decision="cache", decision_us=0, credential=first["credential"])


def test_bytes_both_ways_are_those_of_the_wire(proxy):
    content = b'{"name": "door"}' * 1000
    with proxy.connect() as connection:
        request = request_bytes("POST", route("/streams"), [proxy.credentials], content)
        connection.send(request)
        before = len(connection.stream.buffer)
        head, _ = connection.read_final_head()
        answer = connection.content(head, "POST").read()
    line = line_of(proxy, head.fields.one("Luna-Request-Id"))
    assert line["request_bytes"] == len(request)
    assert before == 0 and line["answer_bytes"] > len(answer)


REFUSED = {
    "no credentials": (("GET", "/streams", None), 401, 11065, "no_credentials", "/streams"),
    "a wrong password": (
        ("GET", "/streams", basic("ann@visionlabs.ai", "wrong")), 401, 41006, "wrong_login_or_password", "/streams"),
    "a broken token": (
        ("GET", "/streams", ("Authorization", "Bearer x.y.z")), 401, 11062, "token_corrupted", "/streams"),
    "no such page": (("GET", "/nothing", True), 404, 12013, "no_such_page", None),
    "another method": (("DELETE", "/streams/count", True), 405, 12021, "method_not_allowed", "/streams/count"),
    "another version": (("GET", "/streams", True, ("LUNA-STREAMS-API-VERSION", "9")), 400, 11076, "api_version", "/streams"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_has_its_reason(proxy, name):
    (method, path, credentials, *fields), status, code, reason, told = REFUSED[name]
    answer = proxy.ask(method, path, fields, credentials=credentials)
    assert answer.status == status
    assert_line(
        line_of(proxy, request_id(answer)), level="info" if reason == "no_credentials" else "warning", method=method, status=status, error_code=code,
        reason=reason, route=told and PREFIX + told, upstream="none", end="completed",
    )  # fmt: skip


@pytest.mark.parametrize("defect", [one for one in SAMPLE if 404 not in one.statuses], ids=identify)
def test_a_malformed_head_is_told_too(proxy, defect: Defect):
    with proxy.connect() as connection:
        connection.send(raw(defect, proxy))
        answer = connection.read_answer("GET")
    line = line_of(proxy, request_id(answer))
    assert_line(line, status=answer.status, error_code=12046, account_id=None, route=None, upstream="none")
    assert re.fullmatch("[a-z0-9_]{5,}", line["reason"]) and line["method"] == "other"


def test_own_resources_and_options(proxy):
    for method, path, status, told in (
        ("GET", "/version", 200, "/version"), ("GET", "/healthcheck", 200, "/healthcheck"),
        ("OPTIONS", route("/streams"), 204, route("/streams")),
    ):  # fmt: skip
        with proxy.connect() as connection:
            connection.ask(method, path)
            answer = connection.read_answer()
        assert_line(
            line_of(proxy, request_id(answer)), method=method, status=status, route=told, decision="none",
            upstream="none", credential=None,
        )  # fmt: skip


def test_pipelined_requests_have_a_line_each(proxy):
    with proxy.connect() as connection:
        connection.send(request_bytes("GET", route("/streams/count"), [proxy.credentials]) * 20)
        ids = [request_id(connection.read_answer("GET")) for _ in range(20)]
    assert len({line_of(proxy, one)["request_id"] for one in ids}) == 20


def test_luna_streams_can_not_be_reached(start_proxy):
    proxy = start_proxy(RefusingOrigin())
    answer = proxy.ask("GET", "/streams")
    assert_line(
        line_of(proxy, request_id(answer)), level="error", status=502, error_code=16, reason="upstream_unreachable",
        upstream="new", end="completed",
    )  # fmt: skip


def test_luna_streams_is_silent(start_proxy):
    proxy = start_proxy(StallingOrigin(), timeouts={"request": 0.3})
    answer = proxy.ask("GET", "/streams")
    line = line_of(proxy, request_id(answer))
    assert_line(line, level="error", status=504, error_code=9, reason="upstream_timeout", end="completed")
    assert line["total_us"] >= 300_000


def test_half_an_answer_is_cut(start_proxy):
    proxy = start_proxy(TruncatingOrigin("length"))
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head, _ = connection.read_final_head()
        with pytest.raises(Incomplete):
            connection.content(head).read()
    assert_line(
        line_of(proxy, head.fields.one("Luna-Request-Id")), level="error", status=200, error_code=10,
        reason="upstream_disconnected", end="cut",
    )  # fmt: skip


def test_a_retry_is_told(start_proxy):
    proxy = start_proxy(KeepAliveClosingOrigin("on request"), workers=1)
    lines = [line_of(proxy, request_id(proxy.ask("GET", "/streams"))) for _ in range(4)]
    assert any(line["retried"] for line in lines), lines
    assert all(line["status"] == 200 for line in lines)


def test_a_client_that_goes_away(start_proxy):
    proxy = start_proxy(StallingOrigin())
    wanted = "1700000000,11111111-2222-4333-8444-555555555555"
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials, ("Luna-Request-Id", wanted)])
        proxy.origin.wait_for_requests(1)
        connection.reset()
    assert_line(line_of(proxy, wanted), level="warning", status=None, answer_bytes=0, first_byte_us=None, end="client_gone")


@pytest.mark.parametrize("upgrades", [False, True], ids=["preview", "tunnel"])
def test_a_preview_begins_and_ends(start_proxy, upgrades):
    proxy = start_proxy(WebSocketOrigin() if upgrades else LiveOrigin())
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials, *(UPGRADE if upgrades else ())])
        head, _ = connection.read_final_head()
        one = head.fields.one("Luna-Request-Id")
        begin = line_of(proxy, one, "begin")
        assert_line(begin, status=101 if upgrades else 200, route=f"{PREFIX}/streams/{{stream_id}}/preview/handler/live",
                    end=None)  # fmt: skip
        assert not lines_of(proxy, one, "end")
        connection.reset()
    end = line_of(proxy, one, "end")
    assert_line(end, end="client_gone", status=begin["status"], level="info")
    assert end["total_us"] >= begin["total_us"] and end["answer_bytes"] >= 0
    assert len(lines_of(proxy, one)) == 2


def test_the_end_of_the_proxy_loses_no_line(start_proxy):
    proxy = start_proxy(EchoOrigin())
    ids = [request_id(proxy.ask("GET", "/streams/count")) for _ in range(50)]
    assert proxy.stop() == 0
    told = [line["request_id"] for line in parse(proxy.text)]
    assert sorted(told) == sorted(ids)


def test_what_a_client_writes_never_gets_in(proxy):
    marks = "canary\\\"\x1b[2J"
    answer = proxy.ask(
        "GET", "/streams?canary=1", [("User-Agent", marks), ("X-Canary", marks), ("Luna-Request-Id", "canary")])
    line_of(proxy, request_id(answer))
    assert "canary" not in proxy.text.replace("canary-", "")
