"""The access log of a running proxy, read as its operator reads it."""

from __future__ import annotations

import json
from typing import Any, Dict

from bytestream import DEADLINE
from wire import eventually

#: The members of a line, in their order.
MEMBERS = (
    "time", "level", "event", "request_id", "trace_id", "client", "method", "route", "account_id", "token_id", "credential",
    "status", "error_code", "reason", "request_bytes", "answer_bytes", "total_us", "first_byte_us", "connect_us",
    "decision_us", "decision", "upstream", "retried", "end",
)  # fmt: skip

Line = Dict[str, Any]


def parse(text: str) -> "list[Line]":
    """The lines of exchanges and notes; every line that begins like one is one."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def lines_of(proxy: Any, request_id: "str | None", event: "str | None" = None) -> "list[Line]":
    """What the log has of an exchange by now."""
    return [
        line
        for line in parse(proxy.text)
        if line.get("request_id") == request_id and event in (None, line["event"])
    ]


def line_of(proxy: Any, request_id: "str | None", event: str = "request") -> Line:
    """The one line of an exchange, waited for."""
    eventually(lambda: lines_of(proxy, request_id, event), DEADLINE, f"the line of {request_id}")
    (line,) = lines_of(proxy, request_id, event)
    return line


def notes_of(proxy: Any) -> "list[Line]":
    """What the operator was told in words."""
    return [line for line in parse(proxy.text) if line["event"] == "note"]
