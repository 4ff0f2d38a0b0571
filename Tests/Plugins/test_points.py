"""Monitoring points: handed over in order, in batches, within bounds, and what is lost is counted."""

from __future__ import annotations

import pytest


def point(number: int, **changes):
    """A point that can be told from others."""
    tags = {"service": "luna-api", "route": "GET:/6/plugins/luna-streams/streams", "status_code": 200}
    fields = {"request_id": str(number), "execution_time": 0.25}
    return {"series": "requests", "time": 1700000000 + number, "tags": tags, "fields": fields, **changes}


COLLECTING = """
    class Collecting(BaseEventPlugin):
        eventName = "monitoring_event"
        async def handleEvent(self, points, logger):
            logger.info("got " + " ".join(point.fields["request_id"] for point in points))
"""


def wait_for_points(host, plugin: str, count: int) -> "list[list[str]]":
    """The batches that a collecting plugin got, once it got so many points."""

    def batches() -> "list[list[str]]":
        return [line["text"].split()[1:] for line in host.logs(plugin) if line["text"].startswith("got ")]

    host.wait(lambda: sum(map(len, batches())) >= count, f"{count} points for {plugin}")
    return batches()


def test_what_a_point_is(start_host, write) -> None:
    write(
        "looking",
        """
        from datetime import datetime, timezone
        class Looking(BaseEventPlugin):
            eventName = "monitoring_event"
            async def handleEvent(self, points, logger):
                for point in points:
                    logger.info(f"{point.series} {point.eventTime!r} {point.tags} {point.fields}")
        """,
    )
    host = start_host()
    host.points(point(1, series="errors", tags={"error_code": 11059}))
    told = host.wait_log("looking", "errors")["text"]
    assert told == (
        "errors datetime.datetime(2023, 11, 14, 22, 13, 21, tzinfo=datetime.timezone.utc)"
        " {'error_code': 11059} {'request_id': '1', 'execution_time': 0.25}"
    )


def test_order_and_batches(start_host, write) -> None:
    write("collecting", COLLECTING)
    host = start_host(limits={"batch": 7})
    for first in range(0, 100, 10):
        host.points(*(point(number) for number in range(first, first + 10)))
    batches = wait_for_points(host, "collecting", 100)
    assert [number for batch in batches for number in batch] == [str(number) for number in range(100)]
    assert max(map(len, batches)) <= 7
    assert host.lost("collecting") == 0


def test_a_full_queue_loses_and_counts(start_host, write) -> None:
    """One point is with the plugin, ten wait, the rest is lost."""
    write(
        "slow",
        """
        class Slow(BaseEventPlugin):
            async def initialize(self):
                self.app.ctx.gate = asyncio.Event()
            async def handleEvent(self, points, logger):
                logger.info("got " + " ".join(point.fields["request_id"] for point in points))
                await self.app.ctx.gate.wait()
        class Opening(BaseBackgroundPlugin):
            async def initialize(self):
                self.addRoute("/open", self.open)
            async def open(self, request):
                self.app.ctx.gate.set()
                return pluginHTTPResponse()
        """,
    )
    host = start_host(limits={"points": 10, "batch": 1}, timeouts={"event": 60})
    host.points(point(0))
    host.wait_log("slow", "got 0")
    host.points(*(point(number) for number in range(1, 26)))
    host.wait(lambda: host.lost("slow") == 15, "15 lost points")
    assert host.ask("GET", "/6/plugins/slow/open").status == 200
    batches = wait_for_points(host, "slow", 11)
    assert [number for batch in batches for number in batch] == [str(number) for number in range(11)]


def test_one_that_is_slow_does_not_hold_up_another(start_host, write) -> None:
    write("collecting", COLLECTING)
    write(
        "slow",
        "class Slow(BaseEventPlugin):\n    async def handleEvent(self, points, logger): await asyncio.sleep(600)",
    )
    host = start_host(timeouts={"event": 60})
    for number in range(5):
        host.points(point(number))
    wait_for_points(host, "collecting", 5)


def test_objects_are_not_shared_between_plugins(start_host, write) -> None:
    changing = """
        class Changing(BaseEventPlugin):
            async def handleEvent(self, points, logger):
                for point in points:
                    logger.info(f"got {len(point.tags)}")
                    point.tags["mine"] = True
    """
    write("one", changing)
    write("two", changing)
    host = start_host()
    host.points(point(0))
    assert host.wait_log("one", "got")["text"] == host.wait_log("two", "got")["text"] == "got 3"


def test_a_failure_is_told_and_the_plugin_goes_on(start_host, write) -> None:
    path = write(
        "failing",
        """
        class Failing(BaseEventPlugin):
            async def handleEvent(self, points, logger):
                if points[0].fields["request_id"] == "0":
                    raise ValueError("not this one")
                logger.info("got it")
        """,
    )
    host = start_host()
    host.points(point(0))
    text = host.wait_log("failing", "handleEvent: ValueError: not this one")["text"]
    assert "Traceback" in text and str(path) in text
    host.points(point(1))
    host.wait_log("failing", "got it")
    assert host.status("failing")["status"] == "running"


def test_a_call_that_takes_too_long_is_cancelled(start_host, write) -> None:
    write(
        "hanging",
        """
        class Hanging(BaseEventPlugin):
            async def handleEvent(self, points, logger):
                if points[0].fields["request_id"] == "0":
                    await self.receiver()
                logger.info("got it")
            async def receiver(self):
                await asyncio.sleep(600)
        """,
    )
    host = start_host(timeouts={"event": 0.5})
    host.points(point(0))
    assert "in receiver" in host.wait_log("hanging", "handleEvent: not done within 0.5 s")["text"]
    host.points(point(1))
    host.wait_log("hanging", "got it")


@pytest.mark.parametrize("how", ["raise ValueError('no')", "await asyncio.sleep(600)"])
def test_failures_in_a_row_disable(start_host, write, how: str) -> None:
    write("collecting", COLLECTING)
    write("failing", f"class Failing(BaseEventPlugin):\n    async def handleEvent(self, points, logger): {how}")
    host = start_host(limits={"failures": 3, "backoff": 0.01, "batch": 1}, timeouts={"event": 0.3})
    host.points(*(point(number) for number in range(5)))
    assert host.wait_status("failing", "disabled")["error"] == "handleEvent failed 3 times in a row"
    host.points(point(5))
    host.wait(lambda: host.lost("failing") == 2, "what still waited")
    wait_for_points(host, "collecting", 6)


def test_failures_that_are_not_in_a_row_disable_nobody(start_host, write) -> None:
    write(
        "failing",
        """
        class Failing(BaseEventPlugin):
            async def handleEvent(self, points, logger):
                if int(points[0].fields["request_id"]) % 3:
                    raise ValueError("no")
                logger.info("got " + points[0].fields["request_id"])
        """,
    )
    host = start_host(limits={"failures": 3, "backoff": 0.01, "batch": 1})
    host.points(*(point(number) for number in range(13)))
    host.wait_log("failing", "got 12")
    assert host.status("failing")["status"] == "running"


def test_blocking_the_loop_disables_at_once(start_host, write) -> None:
    write("collecting", COLLECTING)
    write(
        "blocking", "class Blocking(BaseEventPlugin):\n    async def handleEvent(self, points, logger): time.sleep(600)"
    )
    host = start_host(timeouts={"event": 0.5, "loop": 60, "close": 1})
    host.points(point(0))
    told = host.wait_status("blocking", "disabled")["error"]
    assert told == "handleEvent: not done within 0.5 s, and its thread is blocked"
    host.points(point(1))
    wait_for_points(host, "collecting", 2)


def test_both_kinds_in_one_file_share_the_application(start_host, write) -> None:
    write(
        "both",
        """
        class Counting(BaseEventPlugin):
            async def initialize(self):
                self.app.ctx.count = 0
            async def handleEvent(self, points, logger):
                self.app.ctx.count += len(points)
                logger.info("got " + " ".join(point.fields["request_id"] for point in points))
        class Telling(BaseBackgroundPlugin):
            async def initialize(self):
                self.addRoute("/count", lambda request: pluginHTTPResponse(body={"count": self.app.ctx.count}))
        """,
    )
    host = start_host()
    assert host.status("both")["kinds"] == ["event", "background"]
    host.points(point(0), point(1))
    wait_for_points(host, "both", 2)
    assert host.ask("GET", "/6/plugins/both/count").json == {"count": 2}


@pytest.mark.parametrize("bad", [{}, 1, {"series": "x", "time": "then", "tags": {}, "fields": {}}])
def test_points_that_can_not_be_read(start_host, write, bad) -> None:
    write("collecting", COLLECTING)
    host = start_host()
    host.points(bad)
    host.wait_log(None, "points that can't be read")
    host.points(point(1))
    wait_for_points(host, "collecting", 1)
