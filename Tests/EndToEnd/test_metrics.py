"""`/metrics`: off unless wanted, right sums over all workers, and clean to Prometheus' own tools."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request

import pytest

from access_log import line_of
from accounts import basic
from metrics import Metrics, scrape
from origins import EchoOrigin, LiveOrigin, RefusingOrigin
from proxy_process import PREFIX
from vocabulary import LIVE, STREAM, assert_error, route
from wire import eventually, request_bytes

ON = {"LUNA_SERVICE_METRICS": {"ENABLED": 1}}
STREAMS = f"GET:{PREFIX}/streams"


@pytest.fixture
def counted(start_proxy):
    return start_proxy(EchoOrigin(), account_header=1, **ON)


def test_there_are_none_unless_they_are_wanted(proxy):
    with proxy.connect() as connection:
        connection.ask("GET", "/metrics")
        assert_error(connection.read_answer(), 404, 12013)


def test_sums_agree_with_what_was_asked(counted, accounts):
    for _ in range(30):
        assert counted.ask("GET", "/streams").status == 200
    for _ in range(7):
        assert counted.ask("GET", "/streams", credentials=None).status == 401
    for _ in range(3):
        assert counted.ask("POST", "/streams", content=b"{}").status == 200
    assert counted.ask("GET", f"/streams/{STREAM}/x").status == 404
    assert counted.ask("GET", "/streams", credentials=basic("ann@visionlabs.ai", "wrong")).status == 401
    with counted.connect() as connection:
        connection.send(b"BREW / HTTP/9.9\r\n\r\n")
        connection.read_answer("GET")
    found = Metrics(counted)
    assert found.value("request_count_total", path=STREAMS, status_code="200") == 30
    assert found.value("request_count_total", path=STREAMS, status_code="401") == 8
    assert found.value("request_count_total", path=f"POST:{PREFIX}/streams", status_code="200") == 3
    assert found.value("request_count_total", path="GET:other", status_code="404") == 1
    assert found.value("errors_count_total", path=STREAMS, error_code="11065") == 7
    assert found.value("errors_count_total", path=STREAMS, error_code="41006") == 1
    assert found.value("requests_count", path=STREAMS) == 38
    assert found.value("requests_bucket", path=STREAMS, le="+Inf") == 38
    assert 0 < found.value("requests_sum", path=STREAMS) < 60
    assert found.value("streams_proxy_refusals_total", reason="no_credentials") == 7
    assert found.value("streams_proxy_refusals_total", reason="wrong_login_or_password") == 1
    assert found.total("streams_proxy_exchange_ends_total") == 30 + 7 + 3 + 1 + 1 + 1
    assert found.value("streams_proxy_accepted_connections_total") == 44
    assert found.value("streams_proxy_upstream_connections_reused_total") + found.value(
        "streams_proxy_upstream_connect_seconds_count"
    ) == 33
    assert found.value("streams_proxy_decisions_asked_total") == 1
    assert found.value("streams_proxy_log_lost_lines_total") == 0
    assert found.value("process_open_fds") > 5 and found.value("process_resident_memory_bytes") > 1e6
    again = Metrics(counted)
    assert again.value("request_count_total", path="GET:/metrics", status_code="200") == 1


def test_bytes_are_those_of_the_wire(counted):
    request = request_bytes("POST", route("/streams"), [counted.credentials], b"x" * 100_000)
    before = Metrics(counted)
    with counted.connect() as connection:
        connection.send(request)
        answer = connection.read_answer("POST")
    after = Metrics(counted)
    grown = {
        name: after.value(f"streams_proxy_client_{name}_bytes_total")
        - before.value(f"streams_proxy_client_{name}_bytes_total")
        for name in ("received", "sent")
    }
    assert len(request) <= grown["received"] < len(request) + 2000
    assert grown["sent"] >= len(answer.content) + len(before.text)


def test_buckets_only_grow(counted):
    counted.ask("GET", "/streams")
    found = Metrics(counted)
    for name in ("requests", "streams_proxy_upstream_connect_seconds", "streams_proxy_loop_turn_seconds"):
        labels = {"path": STREAMS} if name == "requests" else {}
        bounds = [
            (float(dict(have)["le"]), value)
            for (found_name, have), value in found.samples.items()
            if found_name == f"{name}_bucket" and set(labels.items()) <= have
        ]
        assert len(bounds) == 17
        values = [value for _, value in sorted(bounds)]
        assert values == sorted(values) and values[-1] == found.value(f"{name}_count", **labels) > 0


def test_viewers_are_a_level(start_proxy):
    proxy = start_proxy(LiveOrigin(), **ON)
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head, _ = connection.read_final_head()
        found = Metrics(proxy)
        assert found.value("streams_proxy_live_viewers") == 1
        assert found.value("streams_proxy_upstream_connections_in_use") == 1
        assert found.value("streams_proxy_open_connections") == 2
    line_of(proxy, head.fields.one("Luna-Request-Id"), "end")
    found = Metrics(proxy)
    assert (found.value("streams_proxy_live_viewers"), found.value("streams_proxy_live_views_total")) == (0, 1)


def test_failures_to_connect_have_a_reason(start_proxy):
    proxy = start_proxy(RefusingOrigin(), **ON)
    for _ in range(3):
        proxy.ask("GET", "/streams")
    found = Metrics(proxy)
    assert found.value("streams_proxy_upstream_connect_failures_total", reason="upstream_unreachable") == 3
    assert found.value("errors_count_total", path=STREAMS, error_code="16") == 3


def test_made_up_paths_methods_and_values_make_no_lines(counted):
    counted.ask("GET", "/streams")
    lines = len(Metrics(counted).text.splitlines())
    for index in range(200):
        counted.ask("GET", f"/{index}", credentials=None)
        with counted.connect() as connection:
            connection.ask(f"M{index}", f"/{index}")
            connection.read_answer()
    grown = Metrics(counted).text.splitlines()
    assert len(grown) < lines + 80 and not any("M17" in line for line in grown)


def test_extra_labels_stand_on_every_line(start_proxy):
    labels = {"site": 'hall "7"\\', "_zone": "b"}
    proxy = start_proxy(EchoOrigin(), LUNA_SERVICE_METRICS={"ENABLED": 1, "EXTRA_LABELS": labels})
    proxy.ask("GET", "/streams")
    text = scrape(proxy)
    for line in text.splitlines():
        assert line.startswith("#") or 'site="hall \\"7\\"\\\\",_zone="b"' in line, line
    check(text)


def check(text: str) -> None:
    """promtool has nothing to say about it."""
    promtool = shutil.which("promtool")
    assert promtool, "promtool is not installed: scripts/install-dependencies test"
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), done


def test_promtool_finds_nothing(counted, accounts):
    for credentials in (True, None, accounts.ann.basic):
        for method in ("GET", "POST"):
            counted.ask(method, "/streams", credentials=credentials, content=b"{}" if method == "POST" else None)
    check(scrape(counted))


def test_no_secret_and_no_id_in_the_metrics(counted, accounts):
    counted.ask("GET", "/streams?canary=1", [("User-Agent", "canary")])
    text = scrape(counted)
    for secret in (*accounts.secrets, "canary", accounts.root.account_id, accounts.root.login):
        assert secret not in text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_real_prometheus_scrapes_it(counted, tmp_path):
    program = shutil.which("prometheus")
    assert program, "Prometheus is not installed: scripts/install-dependencies test"
    for _ in range(12):
        counted.ask("GET", "/streams")
    target = f"127.0.0.1:{counted.address[1]}"
    (tmp_path / "prometheus.yml").write_text(
        json.dumps(
            {
                "scrape_configs": [
                    {"job_name": "proxy", "scrape_interval": "1s", "static_configs": [{"targets": [target]}]}
                ]
            }
        )
    )
    # It chooses no port itself: one that was free a moment ago has to do.
    port = free_port()
    process = subprocess.Popen(
        [program, f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
        + [f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def query(expression: str) -> "list":
        url = f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(expression)}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["data"]["result"]
        except OSError:
            return []

    try:
        eventually(
            lambda: [one["value"][1] for one in query(f'request_count_total{{path="{STREAMS}"}}')] == ["12"], 60,
            "the count in Prometheus",
        )  # fmt: skip
        assert [one["value"][1] for one in query("up")] == ["1"]
        assert query('histogram_quantile(0.5, requests_bucket{path="%s"})' % STREAMS)
    finally:
        process.terminate()
        process.wait(20)
