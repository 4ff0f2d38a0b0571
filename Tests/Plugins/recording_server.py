"""A server that stands in for what plugins report to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from host_process import DEADLINE


class Recorded(NamedTuple):
    """A request that came."""

    method: str
    target: str
    content: bytes


class RecordingServer:
    """Answers every request with 201, and remembers it."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self._changed = threading.Condition()
        recording = self

        class Answering(BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Any POST."""
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                recording.record(Recorded("POST", self.path, content))
                self.send_response(201)
                self.send_header("Content-Length", "7")
                self.end_headers()
                self.wfile.write(b"created")

            def log_message(self, *_: object) -> None:
                """Nothing on the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_address[1]

    def record(self, request: Recorded) -> None:
        """Remembers a request."""
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    def wait(self, count: int) -> list[Recorded]:
        """Waits until so many requests have come; all of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, DEADLINE), f"only {self.requests}"
            return list(self.requests)

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
