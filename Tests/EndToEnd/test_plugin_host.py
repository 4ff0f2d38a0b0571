"""The process that runs Python plugins: examples of the seed, monitoring points, and how it lives and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import plugins
from access_log import notes_of
from accounts import bearer
from origins import EchoOrigin, LoadOrigin
from plugins import MIRROR, RECORDER, ask, host_of, is_there, killing, statuses, wait, wait_running
from proxy_process import run_command
from test_load import number, require
from vocabulary import assert_error

#: Shared with the tests of the Python package.
sys.path.append(str(Path(__file__).resolve().parents[1] / "Plugins"))


def start_with(start_proxy, origin, sources: "dict[str, str]", **options):
    """A proxy with these plugins beside the builtin one, when they run."""
    proxy = start_proxy(
        origin,
        prepare=lambda folder: [plugins.add(folder, name, source) for name, source in sources.items()],
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", *sources],
        **options,
    )
    wait_running(proxy, *sources)
    return proxy


# The seed


@pytest.fixture
def examples() -> "list[str]":
    """The two examples of the seed's text, as they stand there."""
    seed_examples = pytest.importorskip("seed_examples")
    if not seed_examples.SEED.exists():
        pytest.skip("the seed's text is not at hand")
    found = seed_examples.examples()
    assert len(found) == 2
    return found


def told(proxy, level: str, beginning: str) -> list:
    """What plugins have said so, as the log has it."""
    return [
        note
        for note in notes_of(proxy)
        if (note["side"], note["level"]) == ("plugin", level) and note["message"].startswith(beginning)
    ]


def test_the_background_example_runs_as_it_is(start_proxy, accounts, examples):
    proxy = start_with(start_proxy, EchoOrigin(), {"background_plugin_example": examples[1]})
    answer = ask(proxy, "/background_plugin_example/teapot", accounts.ann.basic)
    assert (answer.status, answer.content) == (418, b"I am teapot")
    assert answer.fields.one("Content-Type").startswith("text/plain")
    answer = ask(proxy, "/background_plugin_example/teapot/version", accounts.ann.basic)
    assert (answer.status, answer.content) == (200, b"T800")
    assert_error(ask(proxy, "/background_plugin_example/teapot"), 401, 11065)
    wait(
        lambda: told(proxy, "info", "background_plugin_example: I boil water, temperature: 2"),
        "the plugin's log",
        proxy,
    )


def test_the_monitoring_example_runs_as_it_is(start_proxy, accounts, examples):
    recording = pytest.importorskip("recording_server").RecordingServer()
    try:
        proxy = start_with(
            start_proxy,
            EchoOrigin(),
            {"request_monitoring": examples[0]},
            environment={
                "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "Plugins" / "redirection"),
                "REDIRECT_5020": str(recording.port),
            },
        )
        assert recording.wait(1)[0].target == "/1/buckets?bucket=plugin_test_bucket"
        assert proxy.ask("GET", "/streams", credentials=bearer(accounts.ann.tokens["view"])).status == 200

        def objects() -> "list[dict]":
            requests = list(recording.requests)[1:]
            assert {request.target for request in requests} <= {"/1/buckets/plugin_test_bucket/objects"}
            return [json.loads(request.content) for request in requests]

        def of_streams() -> "list[dict]":
            return [value for value in objects() if value["tags"]["route"] == "GET:/6/plugins/luna-streams/streams"]

        wait(of_streams, "the point of the request", proxy)
        (point,) = of_streams()
        assert point["tags"]["status_code"] == 200
        assert point["tags"]["account_id"] == accounts.ann.account_id
        assert point["fields"]["execution_time"] > 0
    finally:
        recording.close()


# Monitoring points


def points_of(proxy, name: str = "recorder") -> "list[list]":
    """What a recorder has been given so far."""
    file = proxy.folder / "luna_api" / "plugins" / f"{name}.jsonl"
    if not file.exists():
        return []
    # What stands behind the last line's end is still being written.
    return [json.loads(line) for line in file.read_text().split("\n")[:-1]]


def test_each_request_is_a_point_and_each_error_another(start_proxy, accounts):
    proxy = start_with(start_proxy, EchoOrigin(), {"recorder": RECORDER, "mirror": MIRROR})
    fields = [("Luna-Request-Id", "1795389168,6734205f-ad91-4846-87e1-6de8f0d82e5d")]
    proxy.ask("GET", "/streams/count?canary=1", fields, credentials=accounts.ann.basic)
    proxy.ask("POST", "/streams", credentials=None, content=b"{}")
    proxy.ask("DELETE", "/streams", credentials=bearer(accounts.ann.tokens["view"]))
    ask(proxy, "/mirror/mirror/canary", accounts.ann.basic)
    ask(proxy, "/mirror/canary", accounts.ann.basic)
    ask(proxy, "/canary", accounts.ann.basic)

    def seen() -> "list[tuple]":
        return [
            (series, tags["route"], tags["status_code"], tags.get("error_code"), tags["account_id"])
            for series, _, tags, _ in points_of(proxy)
            if tags["route"] != "GET:/plugins"
        ]

    wait(lambda: len(seen()) >= 10, "all points", proxy)
    streams, ann = "/6/plugins/luna-streams/streams", accounts.ann.account_id
    assert sorted(map(str, seen())) == sorted(
        map(
            str,
            [
                ("requests", f"GET:{streams}/count", 200, None, ann),
                ("requests", f"POST:{streams}", 401, 11065, None),
                ("errors", f"POST:{streams}", 401, 11065, None),
                ("requests", f"DELETE:{streams}", 403, 11059, ann),
                ("errors", f"DELETE:{streams}", 403, 11059, ann),
                ("requests", "GET:/6/plugins/mirror", 200, None, ann),
                ("requests", "GET:/6/plugins/mirror", 404, None, ann),
                ("errors", "GET:/6/plugins/mirror", 404, None, ann),
                ("requests", "GET:unknown", 404, 12013, None),
                ("errors", "GET:unknown", 404, 12013, None),
            ],
        )
    )
    count = next(point for point in points_of(proxy) if point[2]["route"] == f"GET:{streams}/count")
    assert count[2]["service"] == "luna-api"
    assert count[3]["request_id"] == fields[0][1]
    assert 0 <= count[3]["execution_time"] < 30
    text = (proxy.folder / "luna_api" / "plugins" / "recorder.jsonl").read_text()
    assert "canary" not in text, "a point holds what a client wrote"
    assert not any(secret in text for secret in accounts.secrets)


def test_all_points_of_a_load_arrive(start_proxy):
    require("ab")
    proxy = start_with(start_proxy, LoadOrigin(), {"recorder": RECORDER})
    load(proxy, 3000)

    def arrived() -> int:
        return sum(point[2]["route"].endswith("/streams/count") for point in points_of(proxy))

    wait(lambda: arrived() >= 3000, "all points", proxy)
    assert arrived() == 3000
    assert statuses(proxy)["recorder"]["lost_points"] == 0


def test_a_plugin_that_takes_no_points_slows_nobody(start_proxy):
    require("ab")
    source = RECORDER.replace("with FILE", "import time; time.sleep(3600)\n        with FILE")
    proxy = start_with(start_proxy, LoadOrigin(), {"recorder": source})
    load(proxy, 3000)
    wait(lambda: statuses(proxy)["recorder"]["status"] == "disabled", "the plugin to be disabled", proxy)
    assert proxy.ask("GET", "/streams/count").status == 200


def load(proxy, count: int) -> None:
    """So many requests by ApacheBench, of which none may fail."""
    done = subprocess.run(
        ["ab", "-q", "-k", "-n", str(count), "-c", "16", "-H", ": ".join(proxy.credentials), f"{proxy.url}/streams/count"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert number(r"Complete requests:\s+(\d+)", done.stdout) == count
    assert number(r"Failed requests:\s+(\d+)", done.stdout) == 0
    assert number(r"Non-2xx responses:\s+(\d+)", done.stdout) == 0


# Life and death


def test_a_host_killed_again_and_again_costs_no_proxied_request(start_proxy, accounts):
    require("ab")
    proxy = start_with(start_proxy, LoadOrigin(), {"recorder": RECORDER, "mirror": MIRROR})
    with killing(proxy, 1) as killed:
        answers: "set[tuple[int, str | None]]" = set()
        over = threading.Event()

        def ask_the_plugin() -> None:
            while not over.wait(0.05):
                answer = ask(proxy, "/mirror/mirror", accounts.ann.basic)
                answers.add((answer.status, answer.fields.one("Retry-After")))

        asking = threading.Thread(target=ask_the_plugin)
        asking.start()
        try:
            while len(killed) < 4:
                load(proxy, 1000)
        finally:
            over.set()
            asking.join(60)
    # A plugin's request may be lost with its host; it is then told so.
    assert answers <= {(200, None), (502, None), (503, "1")}
    # Each worker hears of the last kill, and of the host after it, at its own time.
    wait(lambda: statuses(proxy)["mirror"]["host_restarts"] >= 4, "the last restart", proxy)
    wait(lambda: ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200, "the plugin to answer", proxy)
    assert not any(is_there(host) for host in killed)


def test_while_there_is_no_host_its_routes_are_unavailable(start_proxy, accounts):
    source = "import time\ntime.sleep(5)\n" + MIRROR
    proxy = start_proxy(
        EchoOrigin(),
        prepare=lambda folder: plugins.add(folder, "mirror", source),
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror"],
    )
    answer = ask(proxy, "/mirror/mirror", accounts.ann.basic)
    assert_error(answer, 503, 16)
    assert answer.fields.one("Retry-After") == "1"
    assert_error(ask(proxy, "/mirror/mirror"), 401, 11065)
    assert statuses(proxy)["mirror"]["status"] == "starting"
    assert proxy.ask("GET", "/streams").status == 200


def test_a_stopped_host_is_replaced(start_proxy, accounts):
    proxy = start_with(start_proxy, EchoOrigin(), {"mirror": MIRROR})
    host = host_of(proxy)
    os.kill(host, signal.SIGSTOP)
    wait(lambda: host_of(proxy) not in (host, None), "another host", proxy)
    assert not is_there(host)
    wait_running(proxy, "mirror")
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200


def test_no_host_outlives_its_proxy(start_proxy):
    proxy = start_with(start_proxy, EchoOrigin(), {"mirror": MIRROR})
    host = host_of(proxy)
    assert {os.readlink(f"/proc/{host}/fd/0")} == {"/dev/null"}
    proxy.process.kill()
    proxy.stop()
    wait_gone(host)


def test_the_host_ends_with_its_proxy(start_proxy):
    proxy = start_with(start_proxy, EchoOrigin(), {"mirror": MIRROR})
    host = host_of(proxy)
    sockets = [path for path in open_sockets(host) if "streams-proxy-" in path]
    assert sockets and Path(sockets[0]).parent.stat().st_mode & 0o777 == 0o700
    assert end(proxy) == 0
    assert not is_there(host), "it has gone before the proxy has"
    assert not Path(sockets[0]).parent.exists()


def test_a_host_that_will_not_end_is_made_to(start_proxy):
    proxy = start_with(start_proxy, EchoOrigin(), {"mirror": MIRROR})
    host = host_of(proxy)
    os.kill(host, signal.SIGSTOP)
    assert end(proxy) == 0
    assert not is_there(host)


def end(proxy) -> int:
    """Ends a proxy by one SIGTERM, as gracefully as it will; the exit status."""
    proxy.process.send_signal(signal.SIGTERM)
    proxy.process.wait(plugins.START)
    return proxy.stop()


def wait_gone(process: int) -> None:
    """Waits for the end of a process that is no child of ours."""
    end = time.monotonic() + plugins.START
    while is_there(process):
        assert time.monotonic() < end, "the host is an orphan"
        time.sleep(0.05)


def open_sockets(process: int) -> "list[str]":
    """The paths of the Unix sockets that a process listens on."""
    inodes = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        target = os.readlink(entry)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return [row[7] for row in rows if len(row) > 7 and row[6] in inodes]


# Reload


def test_a_reload_takes_what_has_changed(start_proxy, accounts):
    proxy = start_with(start_proxy, EchoOrigin(), {"mirror": MIRROR})
    first = host_of(proxy)
    proxy.reload()
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200
    assert host_of(proxy) == first, "nothing has changed, so nothing is started again"

    plugins.add(proxy.folder, "mirror", MIRROR.replace('"/mirror"', '"/glass"'))
    proxy.reload()
    wait(lambda: ask(proxy, "/mirror/glass", accounts.ann.basic).status == 200, "the new file", proxy)
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 404
    second = host_of(proxy)
    assert second != first and not is_there(first)

    plugins.add(proxy.folder, "other", MIRROR)
    proxy.change_settings(LUNA_API_ACTIVE_PLUGINS=["luna-streams", "other"])
    proxy.reload()
    wait_running(proxy, "other")
    assert list(statuses(proxy)) == ["luna-streams", "other"]
    assert_error(ask(proxy, "/mirror/glass", accounts.ann.basic), 404, 12013)
    assert ask(proxy, "/other/mirror", accounts.ann.basic).status == 200

    last = host_of(proxy)
    proxy.change_settings(LUNA_API_ACTIVE_PLUGINS=["luna-streams"])
    proxy.reload()
    wait(lambda: not is_there(last), "the host to end", proxy)
    assert host_of(proxy) is None
    assert_error(ask(proxy, "/other/mirror", accounts.ann.basic), 404, 12013)


def test_a_reload_costs_no_proxied_request(start_proxy):
    require("ab")
    proxy = start_with(start_proxy, LoadOrigin(), {"recorder": RECORDER})
    for turn in range(3):
        plugins.add(proxy.folder, "recorder", RECORDER + f"# {turn}\n")
        proxy.reload()
        load(proxy, 1000)
    wait_running(proxy, "recorder")


# Settings


def test_no_python_is_started_without_a_python_plugin(start_proxy):
    proxy = start_proxy(EchoOrigin())
    assert statuses(proxy) == {"luna-streams": {"name": "luna-streams", "status": "running"}}
    assert host_of(proxy) is None
    threads = {path.read_text().strip() for path in Path(f"/proc/{proxy.process.pid}/task").glob("*/comm")}
    assert not any("plugin" in name for name in threads)


def test_what_is_wrong_with_a_plugin_is_told_by_its_name(start_proxy, accounts):
    sources = {"mirror": MIRROR, "broken": "import no_such_module_anywhere\n", "empty": "pass\n"}
    proxy = start_proxy(
        EchoOrigin(),
        prepare=lambda folder: [plugins.add(folder, name, source) for name, source in sources.items()],
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", *sources],
    )
    wait_running(proxy, "mirror")
    assert statuses(proxy)["broken"]["status"] == "failed"
    with proxy.connect() as connection:
        connection.ask("GET", "/plugins")
        assert b"no_such_module" not in connection.read_answer().content, "what an exception says is for the log only"
    assert statuses(proxy)["empty"]["status"] == "failed"
    wait(lambda: told(proxy, "error", "broken: the plugin failed: "), "the reason", proxy)
    (reason,) = told(proxy, "error", "broken: the plugin failed: ")
    assert "\nTraceback (most recent call last):\n" in reason["message"] and reason["advice"] is None
    assert ask(proxy, "/broken/x", accounts.ann.basic).status == 503
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic).status == 200


def test_check_asks_the_interpreter(tmp_path):
    plugins.add(tmp_path, "mirror", MIRROR)
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\necho python 3.6\n")
    old.chmod(0o755)
    file = tmp_path / "config.json"
    file.write_text('{"LUNA_API_ACTIVE_PLUGINS": ["mirror"],\n"LUNA_API_PLUGIN_HOST": {"python": "./old-python"}}\n')
    done = run_command("check", "--config", file)
    assert done.returncode == 78
    assert f'{file}:2:36: LUNA_API_PLUGIN_HOST.python: found "{old}"; is Python 3.6; plugins need' in done.stderr
    assert run_command("run", "--config", file).returncode == 78
    file.write_text('{"LUNA_API_ACTIVE_PLUGINS": ["mirror"]}\n')
    done = run_command("check", "--config", file)
    assert done.returncode == 0, done.stderr
    assert f"mirror  /6/plugins/mirror/…, credentials, {tmp_path}/luna_api/plugins/mirror.py" in done.stdout


#: Logs its settings.
TELLER = """
import json

from luna_plugins.base.plugins_meta.base_plugins import BaseBackgroundPlugin


class Teller(BaseBackgroundPlugin):
    async def initialize(self):
        self.app.ctx.logger.info("told: " + json.dumps(self.app.ctx.settings.LUNA_API_PLUGINS_SETTINGS))
"""


def test_settings_reach_the_plugin_as_they_are(start_proxy):
    proxy = start_with(
        start_proxy, EchoOrigin(), {"teller": TELLER, "mirror": MIRROR}, plugins={"teller": {"a": [1, "ü"]}, "mirror": {}}
    )
    settings = 'teller: told: {"teller": {"a": [1, "\\u00fc"]}}'
    wait(lambda: told(proxy, "info", settings), "the settings", proxy)


def test_what_plugins_say_goes_where_the_log_goes(start_proxy, tmp_path):
    """Into the file, by level, and as text where that is wanted: further lines are indented."""
    say = TELLER.replace("json.dumps(self.app.ctx.settings.LUNA_API_PLUGINS_SETTINGS)", "'\\x1b[2J'")
    say += "        self.app.ctx.logger.warning('two\\nlines')\n"
    logger = {"LOG_TO_FILE": 1, "LOG_TO_STDOUT": 0, "FOLDER_WITH_LOGS": str(tmp_path), "FORMAT": "text"}
    proxy = start_with(start_proxy, EchoOrigin(), {"teller": say}, LUNA_API_LOGGER={**logger, "LOG_LEVEL": "WARNING"})
    file = tmp_path / "streams-proxy.log"
    wait(lambda: "plugin: teller: two\n    lines\n" in file.read_text(), "the plugin's words", proxy)
    assert " WARNING plugin: teller: two\n" in file.read_text()
    assert "told" not in file.read_text() + proxy.text, "it is less important than what is written"
    assert "two" not in proxy.text, "nor anywhere else"
