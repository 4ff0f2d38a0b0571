"""The seed's two examples, as they stand there, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest
from host_process import PACKAGE
from recording_server import RecordingServer
from seed_examples import SEED, examples

pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the seed's text is not beside the repository")

POINT = {
    "series": "requests",
    "time": 1700000000.25,
    "tags": {
        "service": "luna-api",
        "route": "GET:/6/plugins/luna-streams/streams",
        "status_code": 200,
        "account_id": "6d071cca-fda5-4a03-84d5-5bea65904480",
    },
    "fields": {"request_id": "1700000000,28add87f-6f88-43e9-bd15-31f8c25a3585", "execution_time": 0.004},
}


@pytest.fixture
def receiver() -> Iterator[RecordingServer]:
    """What takes the place of port 5020."""
    server = RecordingServer()
    yield server
    server.close()


@pytest.fixture
def seed_host(start_host, plugins: Path, receiver: RecordingServer):
    """A host with both examples."""
    monitoring, background = examples()
    (plugins / "monitoring-example.py").write_text(monitoring)
    (plugins / "background_example.py").write_text(background)
    redirection = Path(__file__).parent / "redirection"
    environment = {"PYTHONPATH": f"{redirection}:{PACKAGE}", "REDIRECT_5020": str(receiver.port)}
    return start_host(environment=environment, log_level="DEBUG")


def test_both_run(seed_host) -> None:
    assert seed_host.status("monitoring-example")["kinds"] == ["event"]
    assert seed_host.status("background_example") == {
        "name": "background_example",
        "status": "running",
        "kinds": ["background"],
        "error": None,
        "routes": [{"path": "/teapot", "methods": ["GET"]}, {"path": "/teapot/version", "methods": ["GET"]}],
    }


def test_points_reach_the_receiver(seed_host, receiver: RecordingServer) -> None:
    assert receiver.wait(1)[0].target == "/1/buckets?bucket=plugin_test_bucket"
    seed_host.points(POINT, {**POINT, "series": "errors"})
    reports = receiver.wait(3)[1:]
    for report in reports:
        assert report.target == "/1/buckets/plugin_test_bucket/objects"
        assert json.loads(report.content) == {"tags": POINT["tags"], "fields": POINT["fields"]}
    line = seed_host.wait_log("monitoring-example", "series: errors")
    assert "time: 2023-11-14 22:13:20.250000+00:00" in line["text"]
    seed_host.wait_log("monitoring-example", "created")


def test_the_teapot(seed_host) -> None:
    answer = seed_host.ask("GET", "/6/plugins/background_example/teapot")
    assert (answer.status, answer.content) == (418, b"I am teapot")
    assert answer.fields["Content-Type"] == "text/plain"
    answer = seed_host.ask("GET", "/6/plugins/background_example/teapot/version")
    assert (answer.status, answer.content) == (200, b"T800")
    seed_host.wait_log("background_example", "I boil water, temperature: 1")
    assert seed_host.shut_down() == 0
