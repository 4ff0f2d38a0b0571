"""deploy/prometheus: alerts that fire when they should and not otherwise, made of what a proxy really tells."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY
from observed import OWN, RULES, SCRAPE, matchers_of, metrics_of, promtool, sample_names

ALERTS = {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
#: Stands for the address of an operator's documents; the file says how to put that in.
RUNBOOKS = "https://runbooks.example.com/streams-proxy"
A, B = 'job="streams-proxy", instance="a:5000"', 'job="streams-proxy", instance="b:5000"'
#: Two healthy replicas, in PromQL's notation for tests: a value, its growth each minute, and for how many minutes.
HEALTHY = {
    "up{%s}": "1x60",
    "process_start_time_seconds{%s}": "1795600000x60",
    "streams_proxy_config_last_reload_successful{%s}": "1x60",
    "streams_proxy_accounts_last_read_successful{%s}": "1x60",
    # Prometheus' tests begin in 1970: here the certificate has a month.
    "streams_proxy_certificate_not_after_timestamp_seconds{%s}": f"{30 * 86400}x60",
    'request_count_total{%s, path="GET:/streams", status_code="200"}': "0+6000x60",
    'request_count_total{%s, path="GET:/streams", status_code="502"}': "0+10x60",
    'streams_proxy_refusals_total{%s, reason="upstream_unreachable"}': "0+10x60",
    'streams_proxy_refusals_total{%s, reason="wrong_login_or_password"}': "0+10x60",
    'streams_proxy_refusals_total{%s, reason="accounts_unreachable"}': "3x60",
    'requests_bucket{%s, path="GET:/streams", le="0.1"}': "0+6000x60",
    'requests_bucket{%s, path="GET:/streams", le="5"}': "0+6010x60",
    'requests_bucket{%s, path="GET:/streams", le="+Inf"}': "0+6010x60",
    # Previews last for hours: they are no slow calls.
    'requests_bucket{%s, path="GET:/m/streams/{stream_id}/preview/handler/live", le="5"}': "0x60",
    'requests_bucket{%s, path="GET:/m/streams/{stream_id}/preview/handler/live", le="+Inf"}': "0+6000x60",
    'streams_proxy_overloads_total{%s, limit="too_many_connections"}': "7x60",
    "streams_proxy_idle_connections_closed_total{%s}": "0+10x60",
    "process_open_fds{%s}": "100x60",
    "process_max_fds{%s}": "65536x60",
    'streams_proxy_loop_turn_seconds_bucket{%s, le="0.01"}': "0+60000x60",
    'streams_proxy_loop_turn_seconds_bucket{%s, le="+Inf"}': "0+60001x60",
    "streams_proxy_log_lost_lines_total{%s}": "5x60",
    'streams_proxy_malformed_messages_total{%s, sender="client", rule="bare_lf"}': "0+10x60",
    'streams_proxy_malformed_messages_total{%s, sender="upstream", rule="bad_chunk"}': "1x60",
    'streams_proxy_plugin_running{%s, plugin="teapot"}': "1x60",
    "streams_proxy_plugin_host_restarts_total{%s}": "1x60",
    "streams_proxy_plugin_lost_points_total{%s}": "9x60",
}
#: For each alert what goes wrong on the first replica; and the minute at which it is told, but was not just before.
FAULTS: "dict[str, tuple[dict[str, str], int]]" = {
    "StreamsProxyDown": ({"up{%s}": "1x9 0x50"}, 11),
    "StreamsProxyRestarts": ({"process_start_time_seconds{%s}": "1x9 2 3 4 5x50"}, 13),
    "StreamsProxyNotReloaded": ({"streams_proxy_config_last_reload_successful{%s}": "1x9 0x50"}, 11),
    "StreamsProxyAccountsNotFollowed": ({"streams_proxy_accounts_last_read_successful{%s}": "1x9 0x50"}, 11),
    "StreamsProxyCertificateEnds": (
        {"streams_proxy_certificate_not_after_timestamp_seconds{%s}": f"{30 * 86400}x9 {7 * 86400 + 660}x50"}, 12),
    "StreamsProxyUpstreamFails": (
        {'streams_proxy_refusals_total{%s, reason="upstream_unreachable"}': "0x9 0+600x50"}, 18),
    "StreamsProxyAccountsFail": ({'streams_proxy_refusals_total{%s, reason="accounts_unreachable"}': "3x9 4+6x50"}, 12),
    "StreamsProxyErrors": ({'request_count_total{%s, path="GET:/streams", status_code="502"}': "0x9 0+90x50"}, 24),
    "StreamsProxySlow": ({'requests_bucket{%s, path="GET:/streams", le="0.1"}': "0+6000x9 59000+5000x50"}, 20),
    "StreamsProxyOverloaded": ({'streams_proxy_overloads_total{%s, limit="too_many_connections"}': "7x9 8+1x50"}, 12),
    "StreamsProxyNoRoom": ({"streams_proxy_idle_connections_closed_total{%s}": "0x9 0+600x50"}, 26),
    "StreamsProxyFewDescriptors": ({"process_open_fds{%s}": "100x9 60000x50"}, 15),
    "StreamsProxyLoopBusy": ({'streams_proxy_loop_turn_seconds_bucket{%s, le="0.01"}': "0+60000x9 570000+30000x50",
                              'streams_proxy_loop_turn_seconds_bucket{%s, le="0.5"}': "0+60001x60"}, 20),
    "StreamsProxyLogLost": ({"streams_proxy_log_lost_lines_total{%s}": "5x9 6x50"}, 10),
    "StreamsProxyWrongPasswords": (
        {'streams_proxy_refusals_total{%s, reason="wrong_login_or_password"}': "0x9 0+600x50"}, 21),
    "StreamsProxyMalformedRequests": (
        {'streams_proxy_malformed_messages_total{%s, sender="client", rule="bare_lf"}': "0x9 0+600x50"}, 26),
    "StreamsProxyMalformedAnswers": (
        {'streams_proxy_malformed_messages_total{%s, sender="upstream", rule="bad_chunk"}': "1x9 2+1x50"}, 15),
    "StreamsProxyPluginDown": ({'streams_proxy_plugin_running{%s, plugin="teapot"}': "1x9 0x50"}, 15),
    "StreamsProxyPluginHostRestarts": ({"streams_proxy_plugin_host_restarts_total{%s}": "1x9 2+1x50"}, 12),
    "StreamsProxyPointsLost": ({"streams_proxy_plugin_lost_points_total{%s}": "9x9 10+1x50"}, 20),
}  # fmt: skip


def series(faults: "dict[str, str]") -> "list[dict[str, str]]":
    """Both replicas healthy, but for the faults of the first."""
    first = [{"series": name % A, "values": values} for name, values in {**HEALTHY, **faults}.items()]
    return first + [{"series": name % B, "values": values} for name, values in HEALTHY.items()]


def firing(minute: int, alert: str, instances: "list[str]") -> "dict[str, Any]":
    """At that minute the alert fires for these and no other."""
    return {
        "expr": f'count by (instance) (ALERTS{{alertname="{alert}", alertstate="firing"}})',
        "eval_time": f"{minute}m",
        "exp_samples": [{"labels": f'{{instance="{instance}"}}', "value": 1} for instance in instances],
    }


def run_tests(folder: Any, tests: "list[dict[str, Any]]") -> None:
    """Runs them by promtool; YAML is a superset of JSON."""
    path = folder / "tests.yaml"
    path.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    promtool("test", "rules", path)


def test_promtool_takes_the_rules_and_the_configuration():
    assert f"{len(ALERTS)} rules found" in promtool("check", "rules", RULES)
    promtool("check", "config", SCRAPE)


@pytest.mark.parametrize("alert", FAULTS)
def test_an_alert_fires_for_its_fault_and_not_before(alert, tmp_path):
    faults, minute = FAULTS[alert]
    run_tests(
        tmp_path,
        [
            {
                "interval": "1m",
                "input_series": series(faults),
                "promql_expr_test": [
                    firing(8, alert, []), firing(minute - 1, alert, []), firing(minute, alert, ["a:5000"]),
                ],
            }
        ],
    )  # fmt: skip


def test_nothing_fires_while_all_is_well(tmp_path):
    alerts = [firing(minute, alert, []) for alert in ALERTS for minute in range(0, 60, 5)]
    run_tests(tmp_path, [{"interval": "1m", "input_series": series({}), "promql_expr_test": alerts}])


def test_that_nobody_watches_is_told(tmp_path):
    watched = {"alertname": "StreamsProxyNotWatched", "exp_alerts": []}
    alert = ALERTS["StreamsProxyNotWatched"]
    told = [{"exp_labels": {**alert["labels"], "job": "streams-proxy"}, "exp_annotations": alert["annotations"]}]
    run_tests(
        tmp_path,
        [
            {
                "interval": "1m",
                "input_series": [{"series": 'up{job="another"}', "values": "1x60"}],
                "alert_rule_test": [
                    {**watched, "eval_time": "4m"}, {**watched, "eval_time": "6m", "exp_alerts": told},
                ],
            }
        ],
    )  # fmt: skip


def test_what_an_alert_says_is_filled_in(tmp_path):
    """One by its number, one by its label."""
    expected = {
        "StreamsProxyUpstreamFails": ("a:5000", {}, "9.836% of the requests on a:5000 fail at Luna-Streams"),
        "StreamsProxyOverloaded": (
            "a:5000", {"limit": "too_many_connections"}, "a:5000 refuses clients: too_many_connections"),
    }  # fmt: skip
    for alert, (instance, labels, summary) in expected.items():
        rule = ALERTS[alert]
        told = {
            "exp_labels": {**rule["labels"], "instance": instance, **labels},
            "exp_annotations": {**rule["annotations"], "summary": summary},
        }
        faults = {**FAULTS[alert][0]}
        if alert == "StreamsProxyUpstreamFails":
            faults['request_count_total{%s, path="GET:/streams", status_code="200"}'] = "0x9 0+5488x50"
            faults['request_count_total{%s, path="GET:/streams", status_code="502"}'] = "0x9 0+612x50"
        run_tests(
            tmp_path,
            [
                {
                    "interval": "1m",
                    "input_series": series(faults),
                    "alert_rule_test": [{"alertname": alert, "eval_time": "40m", "exp_alerts": [told]}],
                }
            ],
        )


def test_each_alert_has_a_test():
    assert set(FAULTS) | {"StreamsProxyNotWatched"} == set(ALERTS)


def test_each_alert_leads_to_its_paragraph():
    anchors = {
        re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", (REPOSITORY / "docs/operations.md").read_text(), re.MULTILINE)
    }
    for alert, rule in ALERTS.items():
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), alert
        # Alertmanager and Grafana link what is a URL and has this name; an operator puts in where it can be read.
        document, anchor = rule["annotations"]["runbook_url"].split("#")
        assert (document, anchor) == (f"{RUNBOOKS}/operations.md", alert.lower())
        assert anchor in anchors, f"{alert} has no paragraph"
        assert rule["annotations"]["summary"]
    described = {anchor for anchor in anchors if anchor.startswith("streamsproxy")}
    assert described == {alert.lower() for alert in ALERTS}, "a paragraph about no alert"


def test_the_runbooks_can_be_put_elsewhere(tmp_path):
    (tmp_path / "alerts.yaml").write_text(RULES.read_text())
    (command,) = re.findall(r"(?m)^# +(sed .*)$", RULES.read_text())
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    body = (tmp_path / "alerts.yaml").read_text().split("groups:")[1]
    assert "runbooks.example.com" not in body
    assert body.count("runbook_url: https://wiki.example.org/streams-proxy/operations.md#") == len(ALERTS)


def test_the_rules_are_about_metrics_that_there_are(watched):
    names = sample_names(watched)
    source = "".join(path.read_text() for path in (REPOSITORY / "Sources").rglob("*.swift"))
    for alert, rule in ALERTS.items():
        used = metrics_of(rule["expr"]) - OWN
        assert used <= set(names), f"{alert}: {used - set(names)}"
        for name, label, value in matchers_of(rule["expr"]):
            if label == "job" or name in OWN:
                continue
            assert not names[name] or label in names[name], f"{alert}: {name} has no label {label}"
            if label in ("reason", "sender", "limit"):
                for word in value.replace(".*", "").split("|"):
                    assert f'"{word}' in source, f"{alert}: no {label} is {value}"


def test_a_real_prometheus_evaluates_them(watched, tmp_path):
    """Over what a proxy tells: no rule is in error, and a proxy that is there and well is no news."""
    configuration = yaml.safe_load(SCRAPE.read_text())
    configuration["rule_files"] = [str(RULES)]
    configuration["global"] = {"evaluation_interval": "1s", "scrape_interval": "1s"}
    (job,) = configuration["scrape_configs"]
    job.update(scrape_interval="1s", scrape_timeout="1s")
    job["static_configs"] = [{"targets": ["%s:%d" % watched.address]}]
    (tmp_path / "prometheus.yml").write_text(json.dumps(configuration))
    # It chooses no port itself: one that was free a moment ago has to do.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
        + [f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        rules: "list[dict[str, Any]]" = []
        while not rules or any(rule["health"] == "unknown" or not scraped for rule in rules):
            assert time.monotonic() < end and process.poll() is None, "Prometheus did not evaluate the rules"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/rules", timeout=5) as answer:
                    rules = [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?query=up", timeout=5) as answer:
                    scraped = json.load(answer)["data"]["result"]
            except (urllib.error.URLError, ConnectionError):
                rules = []
            time.sleep(0.1)
        assert {rule["name"] for rule in rules} == set(ALERTS)
        assert {rule["name"]: rule["lastError"] for rule in rules if rule["health"] != "ok"} == {}
        assert [one["value"][1] for one in scraped] == ["1"]
        # While it was not scraped yet, two may have begun to wonder.
        doubtful = {"StreamsProxyDown", "StreamsProxyNotWatched"}
        assert {rule["name"] for rule in rules if rule["state"] != "inactive"} <= doubtful
    finally:
        process.terminate()
        process.wait(20)
