"""An origin for load: it does as little as it can, on one asyncio loop, and records only a count."""

from __future__ import annotations

import asyncio
import threading

_CONTENT = b'{"streams_count": 42, "padding": "' + b"x" * 150 + b'"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_CONTENT) + _CONTENT


class _Answering(asyncio.Protocol):
    """Answers each empty line; so it serves requests without content only."""

    def __init__(self, origin: "LoadOrigin") -> None:
        self.origin = origin
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        count = data.count(b"\r\n\r\n")
        self.rest = data[data.rfind(b"\r\n\r\n") + 4 :] if count else data
        self.origin.count += count
        self.transport.write(ANSWER * count)  # type: ignore[attr-defined]


class LoadOrigin:
    """Answers every request with the same small JSON."""

    def __init__(self) -> None:
        self.count = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "LoadOrigin":
        """Begins to listen on a port of the system's choice."""
        self._thread.start()
        assert self._ready.wait(10)
        return self

    @property
    def url(self) -> str:
        """The origin as the settings name it, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Answering(self), "127.0.0.1", 0, backlog=1024)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()

    def close(self) -> None:
        """Stops the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
