"""An origin that knows streams and to whom they belong: as much of Luna-Streams as separation needs."""

from __future__ import annotations

import json
import re
import select
import threading
import uuid
from typing import Callable

from origins.live import CONTENT_TYPE, part
from origins.origin import Origin, OriginConnection, Received
from origins.websocket import SWITCHING

#: The field by which a client's request is told from the proxy's own question whose a stream is.
MARKER = "X-Marker"
_ITEM = re.compile(r"/[12]/streams/([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})((?:/.*)?)\Z")
NOT_FOUND = {"error_code": 39001, "desc": "Object not found", "detail": "Stream not found", "link": ""}


def answer_bytes(status: int, value: object, fields: bytes = b"") -> bytes:
    """An answer with JSON content: what becomes it, or bytes as they are."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return b"HTTP/1.1 %d Some\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n%b" % (
        status,
        len(content),
        fields,
        content,
    )


def is_question(request: Received) -> bool:
    """Whether the proxy itself asks for a stream."""
    item = _ITEM.match(request.target)
    return MARKER not in request.fields and request.method == "GET" and item is not None and not item.group(2)


class GuardedStreamsOrigin(Origin):
    """Answers for the streams in `owners` (id to account id, both in lower case) and records every request exactly.

    With `changes` creation and deletion do what they say; without, they only answer. Every preview shows `pictures`
    parts, endlessly many where that is None, one of `size` bytes each `interval` seconds; an upgrade becomes an echo.
    """

    def __init__(
        self, changes: bool = False, pictures: "int | None" = 1, interval: float = 0.02, size: int = 100
    ) -> None:
        super().__init__()
        self.owners: "dict[str, str]" = {}
        self.changes = changes
        self.pictures = pictures
        self.interval = interval
        self.size = size
        #: The `data` of every stream, as Luna-Streams writes it.
        self.details = b'{"account_id": "x"}'
        #: Until this is set no preview begins.
        self.may_show = threading.Event()
        self.may_show.set()
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._question_fault: "Callable[[OriginConnection], None] | None" = None

    # What the tests ask for.

    def add(self, account_id: str) -> str:
        """A new stream of the account."""
        stream_id = str(uuid.uuid4())
        self.owners[stream_id] = account_id
        return stream_id

    @property
    def clients(self) -> "list[Received]":
        """What clients' requests became."""
        return [request for request in list(self.requests) if MARKER in request.fields]

    @property
    def questions(self) -> "list[Received]":
        """The proxy's own questions whose a stream is."""
        return [request for request in list(self.requests) if is_question(request)]

    def hold_questions(self) -> None:
        """From now on questions wait for `release_questions`."""
        self._may_answer.clear()

    def release_questions(self) -> None:
        """Answers the questions that wait, and those to come."""
        self._may_answer.set()

    def fail_questions(self, fault: "bytes | Callable[[OriginConnection], None] | None") -> None:
        """From now on a question is answered with those bytes, after which the connection ends, or by the function."""
        if isinstance(fault, bytes):
            answer = fault
            self._question_fault = lambda connection: connection.send(answer)
        else:
            self._question_fault = fault

    # What the proxy sees.

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            if is_question(request):
                self._may_answer.wait(self.patience)
                if self._question_fault:
                    self._question_fault(connection)
                    return
            path = request.target.partition("?")[0]
            item = _ITEM.match(path)
            if path.endswith("/live") and item and item.group(1).lower() in self.owners:
                self._show(connection, request)
                return
            answer = self._answer_for_one(request, item.group(1).lower()) if item else self._answer(request, path)
            connection.send(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if request.method == "HEAD" else answer)

    def _answer(self, request: Received, path: str) -> bytes:
        account = re.search(r"(?:^|&)account_id=([^&]*)", request.target.partition("?")[2])
        mine = [i for i, owner in list(self.owners.items()) if account is None or owner == account.group(1)]
        if request.method == "POST":
            stream_id = self.add(json.loads(request.content)["account_id"]) if self.changes else str(uuid.UUID(int=0))
            return answer_bytes(201, {"stream_id": stream_id, "version": 1})
        if request.method == "DELETE":
            if self.changes and not path.endswith("/logs"):
                for stream_id in mine:
                    del self.owners[stream_id]
            return b"HTTP/1.1 204 Gone\r\n\r\n"
        return answer_bytes(200, {"streams": mine, "streams_count": len(mine)})

    def _answer_for_one(self, request: Received, stream_id: str) -> bytes:
        owner = self.owners.get(stream_id)
        if owner is None:
            return answer_bytes(404, NOT_FOUND)
        if request.method == "DELETE":
            if self.changes:
                del self.owners[stream_id]
            return b"HTTP/1.1 204 Gone\r\n\r\n"
        if request.method == "PUT":
            return answer_bytes(200, {"stream_id": stream_id, "version": 2})
        # A name that stands in nested objects too: only the outermost one counts.
        content = b'{"stream_id": "%b", "data": %b, "account_id": "%b"}' % (
            stream_id.encode(),
            self.details,
            owner.encode(),
        )
        return answer_bytes(200, content)

    def _show(self, connection: OriginConnection, request: Received) -> None:
        """A preview, until it is over or the proxy cuts it."""
        self.may_show.wait(self.patience)
        if "upgrade" in request.fields.options("Connection"):
            connection.send(SWITCHING)
            while True:
                data = connection.stream.read_some()
                if not data:
                    connection.mark_ended()
                    return
                connection.send(data)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nConnection: close\r\n\r\n" % CONTENT_TYPE.encode())
        readiness = select.poll()  # select() knows no descriptor above 1023.
        readiness.register(connection.sock, select.POLLIN)
        shown = 0
        while self.pictures is None or shown < self.pictures:
            connection.send(part(b"%d" % shown + b"x" * self.size))
            shown += 1
            if readiness.poll(self.interval * 1000):
                connection.mark_ended()
                return
