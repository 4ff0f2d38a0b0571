"""A proxy that keeps accounts apart, before an origin with streams of two accounts: what most attacks begin with."""

from __future__ import annotations

import re
import uuid
from typing import Any, Iterable

from accounts import Accounts, bearer
from messages import Answer
from origins import GuardedStreamsOrigin
from origins.guarded_streams import MARKER
from origins.origin import Received
from vocabulary import REQUEST_ID, assert_error, route
from wire import request_bytes

JSON = ("Content-Type", "application/json")
MARKED = (MARKER, "1")
#: What is under a stream's id, with the methods there.
ITEM_ROUTES = [
    ("GET", ""),
    ("HEAD", ""),
    ("PUT", ""),
    ("DELETE", ""),
    ("GET", "/preview/handler/live"),
    ("GET", "/preview/handler/frame"),
    ("HEAD", "/preview/handler/frame"),
]


class Guarded:
    """`mine` is a stream of ann's, `foreign` one of bob's. Whoever asks is ann with a token for everything."""

    def __init__(self, start_proxy: Any, accounts: Accounts, **changes: Any) -> None:
        origin = changes.pop("origin", None) or GuardedStreamsOrigin()
        self.origin: GuardedStreamsOrigin = origin
        self.proxy = start_proxy(origin, **{"isolation": 1, "account_header": 1, **changes})
        self.ann, self.bob, self.reader, self.root = accounts.ann, accounts.bob, accounts.reader, accounts.root
        self.credentials = bearer(accounts.ann.tokens["all"])
        self.mine = origin.add(self.ann.account_id)
        self.foreign = origin.add(self.bob.account_id)

    @property
    def absent(self) -> str:
        """The id of a stream that isn't there, another one each time."""
        return str(uuid.uuid4())

    def fields(
        self, fields: "Iterable[tuple[str, str]]" = (), credentials: "tuple[str, str] | None | bool" = True
    ) -> "list[tuple[str, str]]":
        """The fields of a request: the credentials (True: ann's), the marker, then `fields`."""
        own = self.credentials if credentials is True else credentials
        return [*([own] if own else []), MARKED, *fields]

    def ask(
        self,
        method: str,
        path: str,
        fields: "Iterable[tuple[str, str]]" = (),
        content: "bytes | None" = None,
        credentials: "tuple[str, str] | None | bool" = True,
    ) -> Answer:
        """One request, on a connection of its own, with an empty record at the origin."""
        self.origin.forget()
        return self.proxy.ask(method, path, self.fields(fields, credentials), content, credentials=None)

    def send(self, data: bytes) -> Answer:
        """One request in bytes, and the first answer."""
        self.origin.forget()
        with self.proxy.connect() as connection:
            connection.send(data)
            return connection.read_answer(data.partition(b" ")[0].decode("latin-1"))

    def exact(self, method: str, path: str, fields: "Iterable[tuple[str, str]]" = (), content: Any = None) -> bytes:
        """The whole answer in bytes; what differs from one answer to the next (request id, date) is replaced."""
        with self.proxy.connect() as connection:
            connection.send(request_bytes(method, route(path), [*self.fields(fields), ("Connection", "close")], content))
            answer = connection.stream.read_to_end()
        answer, count = re.subn(rb"(?m)^Luna-Request-Id: ([^\r]*)\r$", b"Luna-Request-Id: (id)\r", answer)
        assert count == 1
        return re.sub(rb"(?m)^Date: [^\r]*\r$", b"Date: (date)\r", answer)

    def refused(self, answer: Answer, status: int, *codes: int, method: str = "GET") -> None:
        """The answer is that error of ours, and no request of a client's reached Luna-Streams."""
        assert_error(answer, status, *codes, method=method)
        assert self.origin.clients == [], f"it reached Luna-Streams: {self.origin.clients[0].head}"

    def only(self) -> Received:
        """The one request of a client's that reached Luna-Streams; it came as ann and without what shows who she is."""
        (request,) = self.origin.clients
        assert request.fields.all("Luna-Account-Id") == [self.ann.account_id], request.fields
        assert {"authorization", "luna_account_id", "luna.account.id"}.isdisjoint(request.fields.names), request.fields
        assert REQUEST_ID.match(request.fields.one("Luna-Request-Id") or "")
        return request
