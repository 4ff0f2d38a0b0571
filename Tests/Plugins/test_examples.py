"""The example plugins of luna_api/plugins/examples, as they lie there."""

from __future__ import annotations

import shutil
import socket
import textwrap
from pathlib import Path
from typing import Any

import pytest
from host_process import DEADLINE, REPOSITORY

EXAMPLES = REPOSITORY / "luna_api" / "plugins" / "examples"
ANN, BOB = "6d071cca-fda5-4a03-84d5-5bea65904480", "fc8c4b38-bdc2-4139-82fa-ee4306a9dd75"


def point(account_id: "str | None" = ANN, series: str = "requests", **tags: Any) -> "dict[str, Any]":
    """A point as the proxy sends it."""
    return {
        "series": series,
        "time": 1700000000.5,
        "tags": {
            "service": "luna-api",
            "route": "GET:/6/plugins/luna-streams/streams",
            "status_code": 200,
            "account_id": account_id,
            **tags,
        },
        "fields": {"request_id": "1700000000,28add87f-6f88-43e9-bd15-31f8c25a3585", "execution_time": 0.0125},
    }


@pytest.fixture
def example(plugins: Path, start_host):
    """Starts a host with one example."""

    def start(name: str, **settings: Any):
        shutil.copy(EXAMPLES / f"{name}.py", plugins)
        host = start_host(settings={name: settings})
        assert host.status(name)["status"] == "running"
        return host

    return start


def receive(receiver: socket.socket, count: int) -> "list[str]":
    """So many lines that came in datagrams."""
    lines: "list[str]" = []
    while len(lines) < count:
        datagram = receiver.recv(65536)
        assert len(datagram) <= 1400
        lines += datagram.decode().split("\n")
    return lines


@pytest.fixture
def receiver():
    """Stands in for StatsD."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(DEADLINE)
        yield receiver


def test_statsd(example, receiver: socket.socket) -> None:
    host = example("statsd", port=receiver.getsockname()[1], prefix="proxy")
    host.points(point(), point(), point(series="errors", status_code=403, error_code=11059))
    assert sorted(receive(receiver, 4)) == [
        "proxy.errors.11059:1|c",
        *["proxy.execution_time:12.500|ms"] * 2,
        "proxy.requests.200:2|c",
    ]


def test_statsd_packs_no_more_than_a_datagram_holds(example, receiver: socket.socket) -> None:
    host = example("statsd", port=receiver.getsockname()[1])
    host.points(*(point(status_code=200 + number) for number in range(100)))
    lines = receive(receiver, 200)
    assert sorted(line for line in lines if line.endswith("|c"))[0] == "luna_streams.requests.200:1|c"


def test_statsd_that_is_not_there(example) -> None:
    host = example("statsd", port=9)
    for _ in range(3):
        host.points(point())
    assert host.shut_down() == 0
    assert not [line for line in host.logs("statsd") if line["level"] == "ERROR"]


def test_the_plugin_of_the_documentation(plugins: Path, start_host) -> None:
    """What docs/plugins.md has its reader write in five minutes."""
    text = (REPOSITORY / "docs" / "plugins.md").read_text()
    (plugins / "hello.py").write_text(textwrap.dedent(text.split("```python\n", 1)[1].split("```", 1)[0]))
    host = start_host(settings={"hello": {"greeting": "Welcome"}})
    assert host.ask("GET", "/6/plugins/hello/hello/Ann").content == b"Welcome, Ann"


def asking(account_id: str, account_type: str = "user") -> "dict[str, str]":
    """The fields that the proxy sets for that principal."""
    return {"Luna-Account-Id": account_id, "Luna-Account-Type": account_type}


def wait_for_activity(host, target: str, fields: "dict[str, str]", requests: int) -> Any:
    """The answer of a route once it tells of so many requests."""
    answer: Any = None

    def found() -> bool:
        nonlocal answer
        answer = host.ask("GET", f"/6/plugins/activity{target}", fields)
        return answer.json.get("requests") == requests

    host.poll(found, f"{requests} requests")
    return answer.json


def test_activity(example) -> None:
    host = example("activity", window=3600)
    host.points(point(), point(status_code=404), point(BOB), point(None), point(series="errors", error_code=1))
    own = wait_for_activity(host, "/mine", asking(ANN), 2)
    assert own == {"account_id": ANN, "requests": 2, "statuses": {"200": 1, "404": 1}}
    assert wait_for_activity(host, f"/accounts/{BOB}", asking(ANN, "admin"), 1)["account_id"] == BOB
    assert host.ask("GET", f"/6/plugins/activity/accounts/{ANN}", asking(ANN)).status == 200
    assert host.ask("GET", f"/6/plugins/activity/accounts/{BOB}", asking(ANN)).status == 403
    assert host.ask("GET", "/6/plugins/activity/mine").status == 401


def test_activity_forgets(example) -> None:
    host = example("activity", window=2)
    host.points(point())
    wait_for_activity(host, "/mine", asking(ANN), 1)
    wait_for_activity(host, "/mine", asking(ANN), 0)
