"""The log's disk is full, or its reader goes, while clients work: no call waits or fails, and each lost line is counted."""

from __future__ import annotations

import os
import re
import signal

from crowd import Crowd
from metrics import Metrics
from origins import EchoOrigin
from test_log_sinks import NAME, in_file, logger
from unread import Unread
from vocabulary import route
from wire import eventually

CLIENTS = 8
#: A request's id, as lines of the log have it.
_ID = re.compile(r"[0-9]{10},[0-9a-f-]{36}")
LOST = "streams_proxy_log_lost_lines_total"


def load(proxy, served: "list[str]"):
    """What each client does: calls until the end, every one answered."""

    def work(crowd: Crowd, _: int) -> None:
        while not crowd.is_over.is_set():
            with proxy.connect() as connection:
                for _ in range(25):
                    connection.ask("GET", route("/streams/count"), [proxy.credentials])
                    answer = connection.read_answer()
                    assert answer.status == 200, answer
                    served.append(answer.fields.one("Luna-Request-Id"))

    return work


def test_the_disk_is_full_for_a_while(start_proxy, tmp_path):
    file = tmp_path / NAME
    file.touch()
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_STDOUT=0, LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path)))
    served: "list[str]" = []
    with Crowd(CLIENTS, load(proxy, served)):
        eventually(lambda: len(in_file(file)) > 100, what="lines in the file")
        file.rename(tmp_path / "first")
        file.symlink_to("/dev/full")
        proxy.process.send_signal(signal.SIGUSR1)
        eventually(lambda: Metrics(proxy).value(LOST) > 100, what="the loss to be counted")
        file.unlink()
        proxy.process.send_signal(signal.SIGUSR1)
        eventually(lambda: len(in_file(file)) > 100, what="lines in the new file")
    lost = Metrics(proxy).value(LOST)
    assert proxy.stop() == 0
    written = in_file(tmp_path / "first") + in_file(file)
    # The questions for the metrics have their lines, too.
    missing = set(served) - set(written)
    assert len(written) == len(set(written)), "no line stands twice"
    assert 0 < len(missing) <= lost, f"{len(missing)} are missing, {lost} are told"
    print(f"{len(served)} calls, {lost:.0f} lines lost")


def test_the_reader_goes(tmp_path, accounts):
    served: "list[str]" = []
    with Unread(tmp_path, EchoOrigin(), accounts) as proxy, Crowd(CLIENTS, load(proxy, served)):
        read = b""
        while read.count(b"\n") < 200:
            read += os.read(proxy.reading, 65536)
        proxy.leave()
        eventually(lambda: Metrics(proxy).value(LOST) > 100, what="the loss to be counted")
        count = len(served)
        eventually(lambda: len(served) > count + 200, what="calls that go on")


def test_nobody_reads_for_a_while(tmp_path, accounts):
    """The pipe is full and what waits is bounded; then the reader comes back, and lines come again."""
    served: "list[str]" = []
    with Unread(tmp_path, EchoOrigin(), accounts) as proxy, Crowd(CLIENTS, load(proxy, served)):
        eventually(lambda: len(served) > 1000, 30, what="more lines than a pipe holds")
        count = len(served)
        read = b""
        while not set(_ID.findall(read.decode())).intersection(served[count:]):
            read = read[-1000:] + os.read(proxy.reading, 65536)
        proxy.leave()
