"""What a running proxy tells of reloads, of certificates and of its end: with a time, in the log, and in the metrics."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from access_log import parse
from origins import EchoOrigin, LiveOrigin
from metrics import Metrics
from proxy_process import PREFIX, ProxyProcess, run_command
from test_clock_jumps import WallClock
from test_tls_settings import install
from vocabulary import LIVE
from wire import eventually

REPOSITORY = Path(__file__).resolve().parents[2]
COUNTED = {"LUNA_SERVICE_METRICS": {"ENABLED": 1}}


def notes(text: str) -> "list[tuple[str, str]]":
    return [(line["level"], line["message"]) for line in parse(text) if line["event"] == "note"]


def in_force(proxy) -> "tuple[float, float]":
    metrics = Metrics(proxy)
    return (
        metrics.value("streams_proxy_config_last_reload_successful"),
        metrics.value("streams_proxy_config_last_reload_success_timestamp_seconds"),
    )


# Reloads


def test_a_reload_is_told_in_the_log_and_the_metrics(start_proxy, tmp_path):
    logger = {"LUNA_API_LOGGER": {"LOG_TO_STDOUT": 0, "LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": str(tmp_path)}}
    proxy = start_proxy(EchoOrigin(), **logger, **COUNTED)
    log = tmp_path / "streams-proxy.log"
    good, first = in_force(proxy)
    assert good == 1 and abs(first - time.time()) < 600

    (proxy.folder / "config.json").write_text('{"A": 1}')
    proxy.reload("not reloaded")
    eventually(lambda: any("not reloaded" in text for _, text in notes(log.read_text())), what="the note")
    assert all(level == "error" for level, _ in notes(log.read_text()))
    assert any("A: unknown setting" in text for _, text in notes(log.read_text()))
    assert in_force(proxy) == (0, first)

    proxy.change_settings(**logger, **COUNTED, account_header=1)
    told = proxy.reload()
    eventually(lambda: ("info", f"{proxy.folder}/config.json: reloaded") in notes(log.read_text()), what="the note")
    good, second = in_force(proxy)
    assert good == 1 and second > first
    # The same warnings as at a start.
    warning = "ALLOW_LUNA_ACCOUNT_AUTH_HEADER is on: whoever knows an account's id is let in"
    assert f"warning: {warning}" in told
    assert ("warning", f"warning: {warning}") in notes(log.read_text())


def test_accounts_that_are_not_followed_are_told(start_proxy):
    proxy = start_proxy(EchoOrigin(), **COUNTED)
    name = "streams_proxy_accounts_last_read_successful"
    assert Metrics(proxy).value(name) == 1
    file = proxy.folder / "accounts.json"
    good = file.read_text()
    file.write_text("{")
    eventually(lambda: Metrics(proxy).value(name) == 0, what="the metric")
    eventually(lambda: ("error", "the accounts that were read before stay in force") in notes(proxy.text), what="the note")
    file.write_text(good)
    eventually(lambda: Metrics(proxy).value(name) == 1, what="the metric")


# Certificates


def test_the_end_of_the_certificate(start_proxy, authority, tmp_path):
    made = authority.issue("first")
    install(made, tmp_path)
    proxy = start_proxy(
        EchoOrigin(), TLS={"tls_cert": str(tmp_path / "cert.pem"), "tls_key": str(tmp_path / "key.pem")}, **COUNTED)
    shown = subprocess.run(
        ["openssl", "x509", "-in", made.chain, "-noout", "-enddate", "-dateopt", "iso_8601"],
        capture_output=True, text=True, check=True,
    ).stdout.strip().removeprefix("notAfter=")  # fmt: skip
    end = time.mktime(time.strptime(shown, "%Y-%m-%d %H:%M:%SZ")) - time.timezone
    assert Metrics(proxy).value("streams_proxy_certificate_not_after_timestamp_seconds") == end


def test_no_certificate_has_no_end(start_proxy):
    proxy = start_proxy(EchoOrigin(), **COUNTED)
    name = "streams_proxy_certificate_not_after_timestamp_seconds"
    assert not any(key[0] == name for key in Metrics(proxy).samples)


def test_a_certificate_that_ends_soon(start_proxy, authority, tmp_path):
    """Told at each reload, once less than a third of its life is left."""
    clock = WallClock(tmp_path)
    made = authority.issue("month", days=30)
    proxy = start_proxy(EchoOrigin(), environment=clock.environment, TLS=made.settings)
    clock.set(24 * 19)
    assert "ends in" not in proxy.reload()
    clock.set(24 * 25)
    told = proxy.reload()
    # By the hour of the day.
    sentence = re.compile(re.escape(f"{made.chain}: tls_cert: ends in ") + "[45] days; put a new one in its place")
    assert sentence.search(told), told
    eventually(lambda: any(sentence.search(text) for _, text in notes(proxy.text)), what="the note")


def test_the_names_of_a_certificate(accounts, tmp_path):
    accounts.copy(tmp_path)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=soon"]
        + ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem", "-days", "10"]
        + ["-addext", "subjectAltName=DNS:soon.example.com,DNS:other.example.com,IP:192.0.2.7,IP:2001:db8::7"],
        check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "key.pem").chmod(0o600)
    file = tmp_path / "config.json"
    address = {"luna-streams": {"luna-streams-address": {"origin": "http://127.0.0.1:9"}}}
    file.write_text(json.dumps({"LUNA_API_PLUGINS_SETTINGS": address, "TLS": {"tls_cert": "cert.pem", "tls_key": "key.pem"}}))
    done = run_command("check", "--config", file)
    # A new one is no matter, however short its life is.
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "for soon.example.com, other.example.com, 192.0.2.7, 2001:db8::7, until 20" in done.stdout


# The end


def test_the_end_says_for_whom_it_waits(start_proxy):
    proxy = start_proxy(LiveOrigin(interval=0.05), http={"drain_timeout": 30})
    with proxy.connect() as viewer:
        viewer.ask("GET", PREFIX + LIVE, [proxy.credentials])
        assert next(viewer.content(viewer.read_head()).pieces())
        ProxyProcess.running.remove(proxy)
        proxy.process.send_signal(signal.SIGTERM)
        proxy.await_text("ending: 1 viewer, at most 32 s; again to stop at once\n")
        eventually(lambda: any("ending: 1 viewer" in text for _, text in notes(proxy.text)), what="the note")
        # Whoever said it twice is obeyed.
        proxy.process.send_signal(signal.SIGTERM)
        proxy.process.wait(10)


def test_an_end_that_waits_for_nobody(start_proxy):
    proxy = start_proxy(EchoOrigin())
    ProxyProcess.running.remove(proxy)
    proxy.process.send_signal(signal.SIGTERM)
    assert proxy.process.wait(10) == 0
    proxy.await_text("ending: no call is under way\n")


@pytest.fixture
def demo(tmp_path, executable):
    """A copy of what `make run` starts, on ports of its own."""
    build = executable.parent
    if not (build / "demo-luna-streams").exists():
        pytest.fail(f"{build} has no demo-luna-streams")
    (tmp_path / "scripts").mkdir()
    shutil.copy(REPOSITORY / "scripts/run-demo", tmp_path / "scripts")
    (tmp_path / ".build").mkdir()
    (tmp_path / ".build/release").symlink_to(build)
    ports = []
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        ports = [sock.getsockname()[1] for sock in (one, other)]
    text = (REPOSITORY / "config.json").read_text()
    (tmp_path / "config.json").write_text(text.replace(":5160/", f":{ports[1]}/"))
    process = subprocess.Popen(
        [tmp_path / "scripts/run-demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PORT": str(ports[0]), "DEMO_PORT": str(ports[1])}, start_new_session=True,
    )  # fmt: skip
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_the_demo_ends_soon_and_cuts_no_viewer(demo):
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if "Ctrl-C stops" in line:
            break
    text = "".join(lines)
    address = re.search(r"http://(\S+):(\S+)@(127\.0\.0\.1:\d+)(/\S+/preview/handler/live)", text)
    assert address, text
    login, password, host, path = address.groups()
    viewer = subprocess.Popen(
        ["curl", "-sS", "-N", "-u", f"{login.replace('%40', '@')}:{password}", f"http://{host}{path}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert viewer.stdout.read(1000)
    demo.send_signal(signal.SIGINT)
    rest, told = viewer.communicate(timeout=60)
    # curl's status is that of a whole answer, and the multipart one ends as such.
    assert viewer.returncode == 0, told
    assert rest.rstrip().endswith(b"--")
    demo.wait(60)


# The version


def test_the_version_with_its_commit():
    plain, asked = run_command("version"), run_command("version", "--json")
    assert plain.returncode == asked.returncode == 0
    value = json.loads(asked.stdout)
    assert set(value) == {"version", "commit"}
    commit = f" (commit {value['commit']})" if value["commit"] else ""
    assert plain.stdout == f"streams-proxy {value['version']}{commit}\n"
    assert value["commit"] is None or re.fullmatch(r"[0-9a-f]{7,40}(-dirty)?", value["commit"])


@pytest.mark.parametrize("word", ["-v", "-V", "--version"])
def test_it_goes_by_the_usual_names(word):
    done = run_command(word)
    assert (done.returncode, done.stdout) == (0, run_command("version").stdout)


def test_an_option_that_it_does_not_know_is_refused():
    done = run_command("version", "--yaml")
    assert done.returncode == 64 and "--yaml" in done.stderr and done.stdout == ""


def test_the_metrics_have_it_too(start_proxy):
    value = json.loads(run_command("version", "--json").stdout)
    labels = {"version": value["version"], "commit": value["commit"] or ""}
    assert Metrics(start_proxy(EchoOrigin(), **COUNTED)).value("streams_proxy_build_info", **labels) == 1


def test_an_archive_of_the_sources_has_its_commit():
    """Where there is no repository any more to ask: git writes it into the file."""
    head = subprocess.run(
        ["git", "-C", REPOSITORY, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    archive = subprocess.run(
        ["git", "-C", REPOSITORY, "archive", "HEAD", "Sources/CBuild/build.c"], capture_output=True, check=True).stdout
    text = subprocess.run(["tar", "-xO"], input=archive, capture_output=True, check=True).stdout.decode()
    found = re.search(r'#define STREAMS_PROXY_COMMIT "\$?([0-9a-f]+)\$?"', text)
    assert found and head.startswith(found[1]), text
