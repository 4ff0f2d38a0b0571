"""An origin whose connections break at a chosen byte of an exchange, once each time that is asked for."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass

from origins.echo import describe
from origins.origin import Origin, OriginConnection


@dataclass
class Break:
    """Where: behind so many bytes of the request, or, if `answered` is set, of the answer to the whole request."""

    read: int = 0
    answered: "int | None" = None
    by_reset: bool = False


class BreakingWithinOrigin(Origin):
    """Answers like an echo. After `arm` the next exchange on any connection breaks; those after it are answered again.

    With `keeps` unset each answer ends its connection, so that every exchange finds a fresh one.
    An end by FIN leaves what was not read to be read: closing with unread bytes would be a reset.
    """

    def __init__(self, keeps: bool = True) -> None:
        super().__init__()
        self._closing_field = b"" if keeps else b"Connection: close\r\n"
        self._armed: "Break | None" = None
        #: Exchanges of which a byte came since the last `arm`: the one that broke, and any that was tried again.
        self.begun = 0

    def arm(self, where: Break) -> None:
        """The next exchange breaks there."""
        with self.changed:
            self._armed = where
            self.begun = 0

    def serve(self, connection: OriginConnection) -> None:
        while self._has_more(connection):
            with self.changed:
                self.begun += 1
                where, self._armed = self._armed, None
            if where and where.answered is None:
                for _ in range(where.read):
                    connection.stream.read_exactly(1)
                return self._break(connection, where)
            echo = describe(connection.read_request())
            answer = b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (self._closing_field, len(echo), echo)
            if where:
                connection.send(answer[: where.answered])
                return self._break(connection, where)
            connection.send(answer)
            if self._closing_field:
                return

    def _has_more(self, connection: OriginConnection) -> bool:
        """Whether another exchange begins; a connection that the proxy ends is none."""
        if connection.stream.buffer:
            return True
        if not select.select([connection.sock], [], [], self.patience)[0]:
            return False
        try:
            return bool(connection.sock.recv(1, socket.MSG_PEEK))
        except ConnectionError:
            return False

    @staticmethod
    def _break(connection: OriginConnection, where: Break) -> None:
        if where.by_reset:
            connection.reset()
            return
        connection.shut()
        connection.wait_for_end()
