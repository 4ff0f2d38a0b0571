"""The origin of the live previews and their viewers, in one loop: so a frame's delay needs no clock in its bytes."""

import re
import select
import socket
import time

from ..client import request
from ..peers import Peer
from .live_viewer import FRAME_BYTES, Viewer

PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


def _frame() -> bytes:
    """One part of the multipart answer, FRAME_BYTES long with its head, as one chunk: as aiohttp and Sanic send it."""
    head = PART % (FRAME_BYTES - len(PART % FRAME_BYTES) - 2)
    part = head + b"\xff" * (FRAME_BYTES - len(head) - 2) + b"\r\n"
    return b"%x\r\n" % len(part) + part + b"\r\n"


class Origin:
    """One connection of a proxy to the origin. `viewer` is set once a live answer has begun on it."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.received = b""
        self.viewer: int | None = None
        self.pending = memoryview(b"")


class LiveBed:
    """`play` runs both sides for a while; between two calls nothing moves."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.epoll = select.epoll()
        self.epoll.register(self.listener, select.EPOLLIN)
        self.origins: dict[int, Origin] = {}
        self.viewers: dict[int, Viewer] = {}
        self.order: list[Viewer | None] = []
        self.sources: dict[int, Origin] = {}
        self.frame = _frame()
        self.buffer = bytearray(1 << 18)
        self.item = b""
        self.is_reading = True
        self.turn = 0
        self.reset()

    def reset(self) -> None:
        self.delays: list[float] = []
        self.skipped = 0

    def identify(self, stream: str, account: str) -> None:
        """What the origin answers to a proxy that asks for the stream's owner."""
        self.stream = stream
        content = (f'{{"stream_id":"{stream}","account_id":"{account}","name":"door","status":"in_progress",'
                   f'"version":1}}').encode()
        self.item = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
                     + content)

    def open_viewers(self, peer: Peer, count: int) -> None:
        self.is_reading = True
        for number in range(count):
            target = peer.target(f"/streams/{self.stream}/preview/handler/live?viewer={number}")
            viewer = Viewer(peer.port, request("GET", target, peer.around.credentials.authorization))
            self.order.append(viewer)
            self.viewers[viewer.socket.fileno()] = viewer
            self.epoll.register(viewer.socket, select.EPOLLIN)

    def close_viewers(self) -> None:
        for descriptor, viewer in list(self.viewers.items()):
            self._drop_viewer(descriptor, viewer)
        self.order = []
        for origin in list(self.sources.values()):
            self._drop_origin(origin)

    def missing_viewers(self, count: int) -> int:
        return count - sum(viewer.head is None for viewer in self.viewers.values())

    def close(self) -> None:
        self.close_viewers()
        for origin in list(self.origins.values()):
            self._drop_origin(origin)
        self.epoll.close()
        self.listener.close()

    def play(self, seconds: float, frames_per_second: float) -> None:
        """Sends frames to the viewers in turn, evenly spread, and reads what arrives."""
        clock, interval = time.monotonic, 1 / frames_per_second
        deadline = clock() + seconds
        due = clock()
        while (now := clock()) < deadline:
            while due <= now:
                self._send_frame()
                due += interval
                now = clock()
            for descriptor, event in self.epoll.poll(max(0.0, min(due, deadline) - now)):
                if descriptor in self.viewers:
                    if self.is_reading or event & ~select.EPOLLIN:
                        self._read_viewer(descriptor)
                    else:
                        self.epoll.modify(descriptor, 0)
                elif descriptor in self.origins:
                    self._serve(self.origins[descriptor], event)
                else:
                    self._accept()

    def _send_frame(self) -> None:
        if not self.order:
            return
        self.turn = (self.turn + 1) % len(self.order)
        origin, viewer = self.sources.get(self.turn), self.order[self.turn]
        if origin is None or viewer is None:
            return
        if origin.pending:
            self.skipped += 1
            return
        viewer.due.append(time.monotonic())
        origin.pending = memoryview(self.frame)
        self._flush(origin)

    def _flush(self, origin: Origin) -> None:
        try:
            sent = origin.socket.send(origin.pending)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop_origin(origin)
            return
        was_short = bool(origin.pending) and len(origin.pending) < len(self.frame)
        origin.pending = origin.pending[sent:]
        if origin.pending and not was_short:
            self.epoll.modify(origin.socket, select.EPOLLIN | select.EPOLLOUT)
        elif not origin.pending and was_short:
            self.epoll.modify(origin.socket, select.EPOLLIN)

    def _read_viewer(self, descriptor: int) -> None:
        viewer = self.viewers[descriptor]
        try:
            got = viewer.socket.recv_into(self.buffer)
            complete = viewer.take(memoryview(self.buffer)[:got]) if got else -1
        except OSError:
            complete = -1
        if complete < 0:
            self._drop_viewer(descriptor, viewer)
            return
        if complete:
            now = time.monotonic()
            for _ in range(complete):
                self.delays.append(now - viewer.due.popleft())

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.origins[connection.fileno()] = Origin(connection)
        self.epoll.register(connection, select.EPOLLIN)

    def _serve(self, origin: Origin, event: int) -> None:
        if event & select.EPOLLOUT and origin.pending:
            self._flush(origin)
        if not event & ~select.EPOLLOUT:
            return
        try:
            part = origin.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._drop_origin(origin)
            return
        origin.received += part
        while b"\r\n\r\n" in origin.received:
            head, _, origin.received = origin.received.partition(b"\r\n\r\n")
            live = re.search(rb"/preview/handler/live\?(?:.*&)?viewer=(\d+)", head.split(b"\r\n", 1)[0])
            if live is None:
                origin.socket.send(self.item)
                continue
            origin.socket.send(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
                               b"Transfer-Encoding: chunked\r\n\r\n")
            origin.viewer = int(live.group(1))
            self.sources[origin.viewer] = origin

    def _drop_viewer(self, descriptor: int, viewer: Viewer) -> None:
        self.epoll.unregister(descriptor)
        del self.viewers[descriptor]
        self.order[self.order.index(viewer)] = None
        viewer.socket.close()

    def _drop_origin(self, origin: Origin) -> None:
        descriptor = origin.socket.fileno()
        if self.origins.pop(descriptor, None) is None:
            return
        if origin.viewer is not None and self.sources.get(origin.viewer) is origin:
            del self.sources[origin.viewer]
        self.epoll.unregister(descriptor)
        origin.socket.close()
