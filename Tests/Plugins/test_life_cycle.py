"""From file to end: what is called when, and every way in which it goes wrong."""

from __future__ import annotations

import pytest

RECORDING = """
    class {name}(BaseBackgroundPlugin):
        def __init__(self, app):
            super().__init__(app)
            app.ctx.logger.info("{name} made")
        async def initialize(self):
            self.app.ctx.logger.info("{name} initialized")
        async def start(self):
            self.app.ctx.logger.info("{name} started")
        async def close(self):
            self.app.ctx.logger.info("{name} closed")
"""
WELL = """
    class Well(BaseBackgroundPlugin):
        async def initialize(self):
            self.addRoute("/well", lambda request: pluginHTTPResponse(body="well"))
"""


def assert_others_go_on(host) -> None:
    """The plugin beside the one that failed runs and answers."""
    assert host.status("well")["status"] == "running"
    assert host.ask("GET", "/6/plugins/well/well").content == b"well"


def test_the_order_of_calls(start_host, write) -> None:
    write("two", RECORDING.format(name="First") + RECORDING.format(name="Second"))
    host = start_host()
    assert host.shut_down() == 0
    told = [line["text"] for line in host.logs("two")]
    assert told == [
        *("First made", "First initialized", "Second made", "Second initialized"),
        *("First started", "Second started", "the plugin runs", "Second closed", "First closed"),
    ]


def test_methods_may_be_plain_functions(start_host, write) -> None:
    write("plain", RECORDING.format(name="Plain").replace("async ", ""))
    host = start_host()
    assert host.shut_down() == 0
    assert [line["text"] for line in host.logs("plain")][-1] == "Plain closed"


def test_statuses_come_before_ready(start_host, write) -> None:
    write("well", WELL)
    host = start_host()
    told = [(m["type"], m.get("plugins", [{}])[0].get("status")) for m in host.messages if m["type"] != "log"]
    assert told == [("status", "starting"), ("status", "running"), ("ready", None)]


@pytest.mark.parametrize(
    ("source", "error", "traced"),
    [
        ("import nothing_of_this_name", "import: ModuleNotFoundError: No module", "import nothing_of_this_name"),
        ("def broken(:", "import: SyntaxError: ", "def broken(:"),
        ("raise SystemExit(3)", "import: it raised SystemExit", "raise SystemExit(3)"),
        ("VALUE = 1", "there is no plugin class in it", None),
        ("class Part(BaseEventPlugin): pass", "there is no plugin class in it", None),
    ],
)
def test_a_file_that_is_no_plugin(start_host, write, source: str, error: str, traced: str | None) -> None:
    write("well", WELL)
    path = write("ill", source)
    host = start_host()
    status = host.status("ill")
    assert status["status"] == "failed" and status["error"].startswith(error) and "\n" not in status["error"]
    if traced is not None:
        text = host.wait_log("ill", traced)["text"]
        assert str(path) in text and "/luna_plugins/host/" not in text
    assert host.ask("GET", "/6/plugins/ill/x").status == 503
    assert_others_go_on(host)


@pytest.mark.parametrize("stage", ["__init__", "initialize", "start"])
def test_raising(start_host, write, stage: str) -> None:
    write("well", WELL)
    is_async = "" if stage == "__init__" else "async "
    write(
        "ill",
        f"""
        class Ill(BaseBackgroundPlugin):
            {is_async}def {stage}(self, *arguments):
                raise RuntimeError("no\\ngood")
            async def close(self):
                print("closed all the same")
        """,
    )
    host = start_host()
    named = "start" if stage == "start" else "initialize"
    assert host.status("ill")["error"] == f"{named}: RuntimeError: no good"
    assert f"in {stage}" in host.wait_log("ill", "Traceback")["text"]
    assert_others_go_on(host)
    assert host.shut_down() == 0
    closed = [line for line in host.logs("ill") if line["text"] == "closed all the same"]
    assert len(closed) == (0 if stage == "__init__" else 1)


@pytest.mark.parametrize("how", ["await asyncio.sleep(600)", "time.sleep(600)"])
@pytest.mark.parametrize("stage", ["import", "initialize", "start"])
def test_hanging(start_host, write, stage: str, how: str) -> None:
    write("well", WELL)
    source = f"""
        class Ill(BaseBackgroundPlugin):
            async def {stage}(self):
                {how}
    """
    if stage == "import":
        source = "time.sleep(600)"
    path = write("ill", source)
    host = start_host(timeouts={stage: 1})
    blocked = stage == "import" or how.startswith("time")
    expected = f"{stage}: not done within 1 s" + (", and its thread is blocked" if blocked else "")
    assert host.status("ill")["error"] == expected
    line = path.read_text().split("600)")[0].count("\n") + 1
    assert f'{path}", line {line}' in host.wait_log("ill", expected)["text"], "the place isn't told"
    assert_others_go_on(host)
    assert host.shut_down() == 0


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("raise RuntimeError('no')", "close: RuntimeError: no"),
        ("await asyncio.sleep(600)", "close: not done within 0.5 s"),
        ("time.sleep(600)", "close: not done within 0.5 s"),
    ],
)
def test_closing_badly(start_host, write, how: str, told: str) -> None:
    write("well", RECORDING.format(name="Well"))
    write("ill", f"class Ill(BaseBackgroundPlugin):\n    async def close(self):\n        {how}")
    host = start_host(timeouts={"close": 0.5 if "600" in how else 10})
    assert host.shut_down() == 0
    if "raise" in how:
        assert "Traceback" in host.wait_log("ill", told)["text"]
    assert host.wait_log("well", "Well closed")


def test_tasks_left_behind_are_cancelled(start_host, write) -> None:
    write(
        "untidy",
        """
        class Untidy(BaseBackgroundPlugin):
            async def work(self):
                try:
                    await asyncio.sleep(600)
                finally:
                    print("the task was cancelled")
            async def start(self):
                self.task = asyncio.create_task(self.work())
                await asyncio.sleep(0)
                raise RuntimeError("no")
        """,
    )
    start_host().wait_log("untidy", "the task was cancelled")


def test_a_task_that_ends_badly_is_told(start_host, write) -> None:
    path = write(
        "untidy",
        """
        class Untidy(BaseBackgroundPlugin):
            async def work(self):
                await asyncio.sleep(0.01)
                raise KeyError("forgotten")
            async def start(self):
                self.task = asyncio.create_task(self.work())
        """,
    )
    text = start_host().wait_log("untidy", "a task of the plugin ended")["text"]
    assert "KeyError: 'forgotten'" in text and str(path) in text


@pytest.mark.parametrize("name", ["luna-streams", "", "../well", "a/b", ".hidden"])
def test_names_that_no_plugin_has(start_host, write, name: str) -> None:
    write("well", WELL)
    host = start_host(names=["well", name])
    assert host.status(name)["status"] == "failed"
    assert_others_go_on(host)


def test_a_missing_file_is_named(start_host, write, plugins) -> None:
    write("well", WELL)
    host = start_host(names=["well", "gone"])
    assert host.status("gone")["error"] == f"there is no file {plugins / 'gone.py'}"
    assert_others_go_on(host)


def test_two_files_of_one_name(launch, write, plugins, tmp_path) -> None:
    write("well", WELL)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "well.py").write_text("")
    host = launch()
    host.configure([plugins, tmp_path / "more"], {"well": None})
    host.wait_ready()
    assert host.status("well")["error"].startswith("there are 2 files of that name: ")


def test_a_plugin_named_twice(launch, write, plugins) -> None:
    write("well", WELL)
    host = launch()
    host.configure([plugins], {}, plugins=[{"name": "well"}, {"name": "well"}])
    host.wait_ready()
    assert host.status("well")["error"] == "the plugin is named twice"


def test_an_event_that_does_not_exist(start_host, write) -> None:
    write(
        "ill", "class Ill(BaseEventPlugin):\n    eventName = 'x'\n    async def handleEvent(self, points, logger): pass"
    )
    assert start_host().status("ill")["error"] == "Ill is for the event 'x'; there is monitoring_event"


def test_classes_of_other_files_are_no_plugins_of_this_one(start_host, write) -> None:
    write("base", WELL)
    write("derived", "from base import Well\nclass Derived(Well): pass")
    host = start_host()
    assert host.ask("GET", "/6/plugins/derived/well").content == b"well"
    assert [line["text"] for line in host.logs("derived")] == ["the plugin runs"]


@pytest.mark.parametrize(
    ("settings", "told"), [(None, "{}"), ({"a": [1], "unknown": None}, "{'a': [1], 'unknown': None}")]
)
def test_settings(start_host, write, settings, told: str) -> None:
    write(
        "wanting",
        """
        class Wanting(BaseBackgroundPlugin):
            async def initialize(self):
                ctx = self.app.ctx
                assert ctx.settings.LUNA_API_PLUGINS_SETTINGS == {ctx.pluginName: ctx.pluginSettings}
                print("settings", ctx.pluginSettings)
        """,
    )
    host = start_host(settings={"wanting": settings, "other": {"secret": 1}})
    host.wait_log("wanting", f"settings {told}")


def test_settings_that_are_no_object(start_host, write) -> None:
    write("well", WELL)
    assert start_host(settings={"well": [1]}).status("well")["error"] == "its settings must be an object"


def test_a_plugin_without_its_setting(start_host, write) -> None:
    write(
        "wanting", "class W(BaseBackgroundPlugin):\n    async def initialize(self): self.app.ctx.pluginSettings['url']"
    )
    assert start_host(settings={"wanting": {"ulr": 1}}).status("wanting")["error"] == "initialize: KeyError: 'url'"
