"""Tests of the instruments themselves: `python3 -m unittest discover -s Benchmarks/tests`."""

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from harness import figures, report  # noqa: E402
from harness.client import Connection, request  # noqa: E402
from harness.guard import thresholds  # noqa: E402
from harness.loads import Closed, Target, all_loads  # noqa: E402
from harness.loads.live_bed import _frame  # noqa: E402
from harness.loads.live_viewer import FRAME_BYTES, Viewer  # noqa: E402
from harness.meter import CPUReading, MemoryReading  # noqa: E402
from harness.process import Process  # noqa: E402
from harness.session import Outcome  # noqa: E402


class Server(threading.Thread):
    """Answers every request with `answer`; the request of number `stalls_at` waits for `stall` seconds first."""

    def __init__(self, answer: bytes, stalls_at: int = -1, stall: float = 0) -> None:
        super().__init__(daemon=True)
        self.answer, self.stalls_at, self.stall = answer, stalls_at, stall
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self) -> None:
        with self.listener:
            connection, _ = self.listener.accept()
        with connection:
            self.serve(connection)

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received, number = b"", 0
        while part := connection.recv(65536):
            received += part
            while b"\r\n\r\n" in received:
                received = received.partition(b"\r\n\r\n")[2]
                if number == self.stalls_at:
                    time.sleep(self.stall)
                number += 1
                connection.sendall(self.answer)


class Figures(unittest.TestCase):
    def test_percentiles_are_nearest_rank(self) -> None:
        values = list(range(1, 1001))
        random.Random(1).shuffle(values)
        self.assertEqual([figures.percentile(values, share) for share in (0, 50, 99, 99.9, 100)],
                         [1, 500, 990, 999, 1000])

    def test_median(self) -> None:
        self.assertEqual(figures.median([5, 1, 3]), 3)
        self.assertEqual(figures.median([4, 1, 3, 2]), 2.5)


class Meters(unittest.TestCase):
    def test_processor_time_of_another_process_with_threads_that_ended(self) -> None:
        program = ("import threading, time\n"
                   "def work():\n"
                   "    end = time.thread_time() + 0.3\n"
                   "    while time.thread_time() < end: pass\n"
                   "thread = threading.Thread(target=work); thread.start(); thread.join(); time.sleep(30)\n")
        with tempfile.TemporaryDirectory() as folder:
            process = Process([sys.executable, "-c", program], cores=os.sched_getaffinity(0),
                              output=Path(folder) / "out", folder=Path(folder))
            try:
                deadline = time.monotonic() + 20
                while CPUReading.take(process.pids).nanoseconds < 300e6 and time.monotonic() < deadline:
                    time.sleep(0.01)
                used = CPUReading.take(process.pids).since(CPUReading(0, 0, 0), 1)
            finally:
                process.stop()
        self.assertGreater(used["cpu_us"], 300_000)
        self.assertLess(used["cpu_us"], 1_500_000)
        self.assertAlmostEqual(used["user_us"] + used["system_us"], used["cpu_us"], delta=1)
        self.assertFalse(process.is_running)

    def test_memory_grows_by_what_is_taken(self) -> None:
        before = MemoryReading.take([os.getpid()])
        block = bytearray(os.urandom(1 << 24))
        grown = MemoryReading.take([os.getpid()]).unique - before.unique
        self.assertGreaterEqual(grown, 0.95 * len(block))
        self.assertLess(grown, 3 * len(block))


class LiveViewers(unittest.TestCase):
    def viewer(self) -> Viewer:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        viewer = Viewer(listener.getsockname()[1], b"x")
        self.addCleanup(viewer.socket.close)
        return viewer

    def test_frames_are_found_however_the_bytes_are_split(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        frame = _frame()
        content = frame.partition(b"\r\n")[2][:-2]
        self.assertEqual(len(content), FRAME_BYTES)
        again = b"".join(b"%x\r\n" % len(piece) + piece + b"\r\n" for piece in
                         (content[:1], content[1:7], content[7:40_000], content[40_000:]))
        answer = head + frame + again + frame + again
        chance = random.Random(2)
        for _ in range(30):
            viewer, rest, found = self.viewer(), answer, 0
            while rest:
                cut = chance.choice([1, 2, 3, 17, 4096, 65536])
                found += viewer.take(memoryview(rest[:cut]))
                rest = rest[cut:]
            self.assertEqual(found, 4)

    def test_plain_content_and_refusals(self) -> None:
        viewer = self.viewer()
        viewer.take(memoryview(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (FRAME_BYTES - 1)))
        self.assertEqual(viewer.take(memoryview(b"x" * (FRAME_BYTES + 1))), 2)
        with self.assertRaises(ConnectionError):
            self.viewer().take(memoryview(b"HTTP/1.1 401 Unauthorized\r\n\r\n"))


class OpenLoop(unittest.TestCase):
    def play(self, server: Server, rate: int, seconds: float) -> dict[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "openloop"
            subprocess.run(["cc", "-O2", "-o", program, HERE / "native/openloop.c"], check=True)
            done = subprocess.run([program, str(server.port), "1", str(rate), str(seconds)],
                                  input=request("GET", "/"), capture_output=True, check=True, timeout=60)
        return json.loads(done.stdout)

    def test_a_stall_counts_for_every_request_that_was_due_in_it(self) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        found = self.play(Server(answer, stalls_at=400, stall=0.5), rate=500, seconds=2)
        self.assertEqual((found["requests"], found["errors"]), (1000, 0))
        # 250 of 900 were due while it stalled: a closed loop would have seen one slow answer.
        self.assertGreater(found["p99_ms"], 400)
        self.assertLess(found["p50_ms"], 100)
        self.assertAlmostEqual(found["max_ms"], 500, delta=100)

    def test_an_answer_of_another_status_is_an_error(self) -> None:
        found = self.play(Server(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), rate=200, seconds=0.5)
        self.assertEqual(found["errors"], 100)


class Clients(unittest.TestCase):
    def test_contents_with_length_and_in_chunks(self) -> None:
        for answer, content in ((b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
                                (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                                 b"abc")):
            with Connection(Server(answer).port) as connection:
                for _ in range(2):
                    self.assertEqual(connection.exchange(request("GET", "/")), (200, content))


class Reports(unittest.TestCase):
    def text(self, ours: float) -> str:
        load = Closed("json-32", "Small JSON", "/streams", 32, [Target("cpu_us", 0.7)])
        outcome = Outcome(runs={"json-32": {
            "ours": [{"cpu_us": value, "errors": 0} for value in (ours, ours + 9, ours - 9)],
            "nginx": [{"cpu_us": 30.0, "errors": 0}], "haproxy": [{"cpu_us": 25.0, "errors": 0}]}})
        return report.markdown([load], outcome, {}, {}, datetime(2026, 1, 2, 3, 4))

    def test_medians_ratios_and_verdicts(self) -> None:
        self.assertIn("| json-32 | CPU µs/request | 15.0 | haproxy | 0.60 | ≤ 0.7 | met |", self.text(15))
        self.assertIn("| haproxy | 0.80 | ≤ 0.7 | **missed** |", self.text(20))
        self.assertIn("11.0–29.0", self.text(20))

    def test_every_load_has_its_own_name_and_targets_it_can_show(self) -> None:
        loads = all_loads()
        self.assertEqual(len({load.name for load in loads}), len(loads))
        for load in loads:
            for target in load.targets:
                self.assertIn(target.key, [column.key for column in load.columns])


class Guard(unittest.TestCase):
    def test_above_and_missing_counts_are_named(self) -> None:
        limits = {"json": {"instructions": 100, "allocations": 0.05}}
        self.assertEqual(thresholds.exceeded({"json": {"instructions": 100, "allocations": 0}}, limits), [])
        self.assertEqual(thresholds.exceeded({"json": {"instructions": 101}}, limits),
                         ["json: 101.00 instructions per request, allowed 100", "json: allocations was not counted"])


if __name__ == "__main__":
    unittest.main()
