"""An origin that treats each request as the request itself asks for: well, or in one of the ways of a broken server."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from origins.origin import Origin, OriginConnection

_TOLD = re.compile(r"[?&]call=([^&]*)&do=([^&]*)")
_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Treatment:
    """What is sent, where `%b` stands for the call's name, and then: "keep", "close", "reset" or "stall".

    `codes` are those of the error that a client gets where nothing has gone out to it yet; `is_cut` tells whether it may
    get a beginning, of which it can see that it is no whole.
    """

    answer: bytes
    then: str
    codes: "tuple[int, ...]" = ()
    is_cut: bool = False


#: `good` is the only one by which a client gets a whole answer, with the two that say too much.
TREATMENTS = {
    "good": Treatment(_LENGTH % 40 + b"%b", "keep"),
    "good-chunks": Treatment(_CHUNKED + b"28\r\n%b\r\n0\r\n\r\n", "keep"),
    "more-than-length": Treatment(_LENGTH % 40 + b"%b" + _LENGTH % 4 + b"evil", "keep"),
    "unasked-answer": Treatment(_CHUNKED + b"28\r\n%b\r\n0\r\n\r\n" + _LENGTH % 4 + b"evil", "keep"),
    "nothing": Treatment(b"", "close", (10,)),
    "nothing-reset": Treatment(b"", "reset", (10,)),
    "half-a-head": Treatment(b"HTTP/1.1 200 OK\r\nContent-Len", "close", (10,)),
    "half-a-head-reset": Treatment(b"HTTP/1.1 200 OK\r\nContent-Len", "reset", (10,)),
    "less-than-length": Treatment(_LENGTH % 4000 + b"%b", "close", (10,), is_cut=True),
    "less-than-length-reset": Treatment(_LENGTH % 4000 + b"%b", "reset", (10,), is_cut=True),
    "no-last-chunk": Treatment(_CHUNKED + b"28\r\n%b\r\n", "close", (10,), is_cut=True),
    "bad-chunk": Treatment(_CHUNKED + b"28\r\n%b\r\nxyz\r\n", "stall", (4,), is_cut=True),
    "two-lengths": Treatment(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", "stall", (4,)),
    "no-http": Treatment(b"220 mail ready\r\n\r\n", "stall", (4,)),
    "stalls-at-once": Treatment(b"", "stall", (6,)),
    "stalls-in-head": Treatment(b"HTTP/1.1 200 OK\r\nContent-Len", "stall", (6,)),
    "stalls-behind-interim": Treatment(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "stall", (6,)),
    "stalls-behind-head": Treatment(_LENGTH % 4000, "stall", (6,), is_cut=True),
    "stalls-in-content": Treatment(_LENGTH % 4000 + b"%b", "stall", (6,), is_cut=True),
    "stalls-between-chunks": Treatment(_CHUNKED + b"28\r\n%b\r\n", "stall", (6,), is_cut=True),
}


def content_of(call: str) -> bytes:
    """The content of a whole answer to that call: 40 bytes that are no other call's."""
    return call.encode().rjust(40, b".")


class AsToldOrigin(Origin):
    """Does what `do` in the query names, for the call that `call` names."""

    def serve(self, connection: OriginConnection) -> None:
        while self.treat(connection):
            pass

    def treat(self, connection: OriginConnection) -> bool:
        """One request; false where the connection has no further one."""
        request = connection.read_request()
        told = _TOLD.search(request.target)
        call, name = told.groups() if told else ("", "good")
        treatment = TREATMENTS[name]
        connection.send(treatment.answer.replace(b"%b", content_of(call)))
        if treatment.then == "reset":
            connection.reset()
        if treatment.then == "close":
            connection.shut()
        if treatment.then in ("close", "stall"):
            connection.wait_for_end()
        return treatment.then == "keep"


class AsToldOrElseOrigin(AsToldOrigin):
    """The same, but a request in whose head `word` stands is served by another origin, with all that follow it."""

    def __init__(self, word: bytes, other: Origin) -> None:
        super().__init__()
        self._word = word
        self._other = other

    def serve(self, connection: OriginConnection) -> None:
        # The proxy sends a request's head at once, and no second request before the answer.
        while self._word not in connection.sock.recv(1024, socket.MSG_PEEK):
            if not self.treat(connection):
                return
        self._other.serve(connection)
