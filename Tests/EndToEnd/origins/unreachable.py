"""Origins that can't be reached."""

from __future__ import annotations

import socket

from origins.origin import Origin, OriginConnection


class RefusingOrigin(Origin):
    """A port of ours on which nobody listens: connecting to it is refused for as long as this object lives."""

    def start(self) -> "RefusingOrigin":
        return self

    def serve(self, connection: OriginConnection) -> None:
        raise AssertionError("nobody can connect")


class BlackholeOrigin(Origin):
    """A listener whose queue is full and is never emptied: further connections are neither made nor refused."""

    def start(self) -> "BlackholeOrigin":
        self._listener.listen(0)
        self._filler = socket.create_connection(self.address)
        return self

    def close(self) -> None:
        self._filler.close()
        super().close()

    def serve(self, connection: OriginConnection) -> None:
        raise AssertionError("nobody accepts")
