"""Where the log goes, and what happens when it can't go there: lines are lost and counted, and nobody waits."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from access_log import MEMBERS, line_of, parse
from metrics import Metrics
from origins import EchoOrigin
from proxy_process import EXECUTABLE, PREFIX, settings
from unread import Unread
from vocabulary import route
from wire import eventually

NAME = "streams-proxy.log"


def logger(**values) -> "dict":
    return {"LUNA_API_LOGGER": values, "LUNA_SERVICE_METRICS": {"ENABLED": 1}}


def ask(proxy, count: int, path: str = "/streams/count") -> "list[str]":
    """Requests on one connection; their ids."""
    ids = []
    with proxy.connect() as connection:
        for _ in range(count):
            connection.ask("GET", route(path), [proxy.credentials])
            answer = connection.read_answer()
            assert answer.status == 200
            ids.append(answer.fields.one("Luna-Request-Id"))
    return ids


def in_file(file: Path) -> "list[str]":
    if not file.exists():
        return []
    return [line["request_id"] for line in parse(file.read_text()) if line["event"] == "request"]


def test_to_a_file_alone(start_proxy, tmp_path):
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_STDOUT=0, LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path)))
    ids = ask(proxy, 20)
    assert proxy.stop() == 0
    assert in_file(tmp_path / NAME) == ids and parse(proxy.text) == []
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o640


def test_to_both(start_proxy, tmp_path):
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path)))
    ids = ask(proxy, 5)
    assert proxy.stop() == 0
    assert in_file(tmp_path / NAME) == ids == [line["request_id"] for line in parse(proxy.text)]


def test_not_at_all(start_proxy):
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_STDOUT=0))
    ids = ask(proxy, 5)
    assert proxy.stop() == 0
    assert "listening on" in proxy.text and not any(one in proxy.text for one in ids)


def test_as_text(start_proxy):
    proxy = start_proxy(EchoOrigin(), **logger(FORMAT="text"))
    (one,) = ask(proxy, 1)
    assert proxy.stop() == 0
    (line,) = [line for line in proxy.output if one in line]
    assert re.match(
        rf"20\S+Z INFO 127\.0\.0\.1 GET {re.escape(PREFIX)}/streams/count 200 [0-9]+us request_id={one} account=", line
    ), line


@pytest.mark.parametrize("level, told", [("INFO", 3), ("WARNING", 1), ("ERROR", 0)])
def test_the_level_is_the_least_that_is_written(start_proxy, level, told):
    proxy = start_proxy(EchoOrigin(), **logger(LOG_LEVEL=level))
    ask(proxy, 2)
    assert proxy.ask("GET", "/streams", credentials=("Authorization", "Bearer x")).status == 401
    assert proxy.stop() == 0
    assert len(parse(proxy.text)) == told


def test_rotation_by_signal_loses_nothing(start_proxy, tmp_path):
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_STDOUT=0, LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path)))
    file = tmp_path / NAME
    ids: "list[str]" = []
    is_over = threading.Event()
    worker = threading.Thread(target=lambda: [ids.extend(ask(proxy, 20)) for _ in iter(is_over.is_set, True)])
    worker.start()
    try:
        for number in range(5):
            eventually(lambda: in_file(file), 10, "lines in the file")
            file.rename(tmp_path / f"old-{number}")
            proxy.process.send_signal(signal.SIGUSR1)
            eventually(file.exists, 10, "the new file")
    finally:
        is_over.set()
        worker.join()
    assert proxy.stop() == 0
    told = [one for part in (*(tmp_path / f"old-{number}" for number in range(5)), file) for one in in_file(part)]
    assert sorted(told) == sorted(ids) and len(ids) >= 20


def test_a_file_that_has_grown_is_renamed(start_proxy, tmp_path):
    folder = logger(LOG_TO_STDOUT=0, LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path), MAX_LOG_FILE_SIZE=1)
    (tmp_path / NAME).write_bytes(b"x" * (1 << 20))
    proxy = start_proxy(EchoOrigin(), **folder)
    ids = ask(proxy, 10)
    assert proxy.stop() == 0
    assert (tmp_path / f"{NAME}.1").stat().st_size == 1 << 20
    assert in_file(tmp_path / NAME) == ids


def test_a_full_disk_costs_lines_and_no_answer(start_proxy, tmp_path):
    file = tmp_path / NAME
    file.symlink_to("/dev/full")
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_STDOUT=0, LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path)))
    ask(proxy, 50)
    eventually(lambda: Metrics(proxy).value("streams_proxy_log_lost_lines_total") >= 50, 10, "the loss")
    # There is room again: the log goes on, and says what is missing.
    file.unlink()
    proxy.process.send_signal(signal.SIGUSR1)
    eventually(file.exists, 10, "the new file")
    ids = ask(proxy, 3)
    assert proxy.stop() == 0
    notes = [line for line in parse(file.read_text()) if line["event"] == "note"]
    assert len(notes) == 1 and re.match("[0-9]+ log lines are missing here", notes[0]["message"]), notes
    assert int(notes[0]["message"].split()[0]) >= 50
    assert set(ids) <= set(in_file(file))


def test_a_file_that_can_not_be_opened_starts_nothing(tmp_path, accounts):
    accounts.copy(tmp_path)
    config = settings("http://127.0.0.1:9", **logger(LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path / "absent")))
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = subprocess.run(
        [str(EXECUTABLE), "run", "--config", str(tmp_path / "config.json"), "--port", "0"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 71 and NAME in done.stderr, done


def pipelined(proxy, count: int) -> None:
    """Many answers at little cost."""
    request = f"GET {PREFIX}/streams/count HTTP/1.1\r\nHost: h\r\n{': '.join(proxy.credentials)}\r\n\r\n".encode()
    with proxy.connect() as connection:
        for _ in range(count // 50):
            connection.send(request * 50)
            for _ in range(50):
                assert connection.read_answer("GET").status == 200


def test_nobody_reads_standard_output(tmp_path, accounts):
    with Unread(tmp_path, EchoOrigin(), accounts) as proxy:
        # Far more than a pipe holds.
        pipelined(proxy, 1000)
        assert Metrics(proxy).total("request_count_total") == 1000
        # In the end it waits a moment for a reader, and then ends all the same.


def test_the_reader_of_standard_output_has_gone(tmp_path, accounts):
    with Unread(tmp_path, EchoOrigin(), accounts) as proxy:
        proxy.leave()
        pipelined(proxy, 500)
        eventually(lambda: Metrics(proxy).value("streams_proxy_log_lost_lines_total") >= 500, 10, "the loss")


def test_a_late_reader_gets_every_line(tmp_path, accounts):
    """What waits is kept: a reader that was slow for a while misses nothing."""
    read = bytearray()
    with Unread(tmp_path, EchoOrigin(), accounts) as proxy:

        def empty() -> None:
            while piece := os.read(proxy.reading, 65536):
                read.extend(piece)

        pipelined(proxy, 1000)
        reader = threading.Thread(target=empty)
        reader.start()
        assert proxy.end() == 0
        reader.join(20)
    lines = parse(read.decode())
    assert len(lines) == 1000 and all(tuple(line) == MEMBERS for line in lines)


def test_a_reload_moves_the_log(start_proxy, tmp_path):
    proxy = start_proxy(EchoOrigin(), **logger(LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(tmp_path)))
    first = ask(proxy, 3)
    line_of(proxy, first[-1])
    file = proxy.folder / "config.json"
    value = json.loads(file.read_text())
    (tmp_path / "new").mkdir()
    value["LUNA_API_LOGGER"]["FOLDER_WITH_LOGS"] = str(tmp_path / "new")
    file.write_text(json.dumps(value))
    proxy.process.send_signal(signal.SIGHUP)
    eventually((tmp_path / "new" / NAME).exists, 10, "the new file")
    eventually(lambda: "reloaded" in proxy.text, 10, "the reload")
    second = ask(proxy, 3)
    assert proxy.stop() == 0
    assert in_file(tmp_path / NAME) == first
    assert in_file(tmp_path / "new" / NAME) == second


def open_log(proxy) -> "tuple[str, int]":
    """Where the descriptor of the log leads to, and how large that file is."""
    folder = Path(f"/proc/{proxy.process.pid}/fd")
    for number in os.listdir(folder):
        target = os.readlink(folder / number)
        if NAME in target:
            return target, (folder / number).stat().st_size
    raise AssertionError("no log is open")


MIB = 1 << 20


def notes_in(text: str) -> "list[str]":
    return [line["message"] for line in parse(text) if line["event"] == "note" and "log file" in line["message"]]


@pytest.fixture
def full(start_proxy, tmp_path):
    """A proxy whose log has its greatest size already, and its folder."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / NAME).write_bytes(b"x" * (MIB - 1) + b"\n")
    proxy = start_proxy(
        EchoOrigin(), **logger(LOG_TO_FILE=1, FOLDER_WITH_LOGS=str(folder), MAX_LOG_FILE_SIZE=1))  # fmt: skip
    return proxy, folder


def test_a_folder_that_was_moved_is_told_once_and_costs_nothing(full):
    """Before, each note that the log could not be renamed made the next."""
    proxy, folder = full
    folder.rename(folder.with_name("moved"))
    ids = ask(proxy, 5)
    eventually(lambda: len(notes_in(proxy.text)) == 1, what="the note")
    _, size = open_log(proxy)
    ids += ask(proxy, 20)
    eventually(lambda: proxy.text.count('"event":"request"') >= 25, what="the lines")
    assert len(notes_in(proxy.text)) == 1
    assert open_log(proxy)[1] - size < 30 * 1000, "more than the lines of the requests"
    # Every line went on to the old file.
    moved = folder.with_name("moved") / NAME
    eventually(lambda: set(ids) <= set(in_file_from(moved)), what="the lines in the file")
    folder.with_name("moved").rename(folder)


def in_file_from(file: Path) -> "list[str]":
    """As `in_file`, of a file that begins with other bytes."""
    return [line["request_id"] for line in parse(file.read_text().lstrip("x\n")) if line["event"] == "request"]


def test_a_log_without_a_folder_takes_no_more_than_was_agreed_to(full):
    proxy, folder = full
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    sizes = []
    for _ in range(12):
        pipelined(proxy, 500)
        sizes.append(open_log(proxy)[1])
    eventually(lambda: proxy.text.count('"event":"request"') >= 6000, 60, "the lines")
    assert max(sizes) < 2 * MIB + (1 << 19), sizes
    assert len(notes_in(proxy.text)) == 1
    folder.mkdir()


def test_no_descriptors_do_not_keep_the_log_from_being_renamed(full):
    proxy, folder = full
    with proxy.connect() as connection:
        connection.ask("GET", "/version")
        assert connection.read_answer().status == 200
        used = proxy.descriptors()
        # None that is not used, but those in reserve.
        resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (used, used + 1000))
        connection.ask("GET", "/version")
        assert connection.read_answer().status == 200
        eventually(lambda: (folder / f"{NAME}.1").exists(), what="the old file")
        # A sanitizer needs some at the end.
        resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (used + 1000, used + 1000))
    assert notes_in(proxy.text) == []


def test_a_new_file_that_can_not_be_had_leaves_the_old_one_in_place(full):
    """Its name is kept until there is another, and nothing is lost of the file before that."""
    proxy, folder = full
    (folder / f"{NAME}.1").write_text("the one before")
    (folder / f"{NAME}.new").mkdir()
    ids = ask(proxy, 3)
    eventually(lambda: len(notes_in(proxy.text)) == 1, what="the note")
    assert set(ids) <= set(in_file_from(folder / NAME))
    assert (folder / f"{NAME}.1").read_text() == "the one before"
    (folder / f"{NAME}.new").rmdir()
