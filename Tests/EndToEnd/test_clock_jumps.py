"""The system's clock jumps by hours and days, forwards and back: deadlines do not care, and the ends of tokens do.

`wall_clock.c`, preloaded, gives the proxy a wall clock of the test's own; its monotonic clock stays.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

from accounts import VERBS, bearer, create_token
from origins import AsToldOrElseOrigin, LiveOrigin
from vocabulary import LIVE, assert_error, route
from wire import eventually

#: Hours.
JUMPS = [5, -5, 24 * 400, 0]
#: Seconds of silence after which Luna-Streams counts as stalled, whatever the wall clock does meanwhile.
SILENCE = 6.0


class WallClock:
    """The proxy's wall clock: so many hours beside the true one."""

    def __init__(self, folder: Path) -> None:
        library = folder / "wall_clock.so"
        # One of the two is there: Swift brings clang with it.
        compiler = shutil.which("clang") or shutil.which("cc") or "cc"
        source = Path(__file__).with_name("wall_clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self._file = folder / "clock"
        self._file.write_bytes(bytes(8))
        preloaded = [os.environ.get("LD_PRELOAD"), str(library)]
        self.environment = {"LD_PRELOAD": ":".join(filter(None, preloaded)), "WALL_CLOCK": str(self._file)}

    def set(self, hours: int) -> None:
        with self._file.open("r+b") as file:
            file.write((hours * 3600).to_bytes(8, "little", signed=True))


def told_hours(proxy) -> int:
    """By how many hours an answer's Date is beside the true time."""
    date = proxy.ask("OPTIONS", "/streams", credentials=None).fields.one("Date")
    return round((parsedate_to_datetime(date) - datetime.now(timezone.utc)) / timedelta(hours=1))


def test_deadlines_do_not_care_and_tokens_do(start_proxy, tmp_path):
    clock = WallClock(tmp_path)
    origin = AsToldOrElseOrigin(b"/live", LiveOrigin(interval=0.02, size=100))
    proxy = start_proxy(origin, environment=clock.environment, timeouts={"request": 60, "sock_read": SILENCE})
    root = "root@visionlabs.ai"
    end = datetime.now(timezone.utc) + timedelta(hours=1)
    expiring = bearer(create_token(proxy.folder, root, VERBS, "--expires", end.strftime("%Y-%m-%dT%H:%M:%SZ"))[1])
    eventually(lambda: proxy.status_for(expiring) == 200, what="the token to work")
    stalled: "list[tuple[float, object]]" = []

    def stall() -> None:
        begin = time.monotonic()
        answer = proxy.ask("GET", "/streams?call=s&do=stalls-at-once", timeout=60)
        stalled.append((time.monotonic() - begin, answer))

    thread = threading.Thread(target=stall)
    with proxy.connect() as viewer, proxy.connect() as idle:
        viewer.ask("GET", route(LIVE), [proxy.credentials])
        pictures = viewer.content(viewer.read_head()).pieces()
        thread.start()
        for hours in JUMPS:
            clock.set(hours)
            eventually(lambda: told_hours(proxy) == hours, what=f"the clock to be {hours} hours away")
            # An idle connection is not taken for one that has been idle for hours; nor is a preview, or one in the pool.
            for _ in range(2):
                idle.ask("GET", route("/streams?call=a&do=good"), [proxy.credentials])
                assert idle.read_answer().status == 200
            for _ in range(5):
                assert next(pictures)
            expected = 401 if hours > 1 else 200
            eventually(lambda: proxy.status_for(expiring) == expected, what=f"{expected} at {hours} hours")
    thread.join(60)
    ((seconds, answer),) = stalled
    assert_error(answer, 504, 6)
    assert seconds > 0.9 * SILENCE, "the clock's jump ended it"
