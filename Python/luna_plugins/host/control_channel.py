"""The connection with the proxy: one JSON object a line, both ways."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any, AsyncIterator

from luna_plugins.host.outbox import Outbox

#: Longest line, in bytes.
LONGEST_LINE = 1024 * 1024


class ProtocolError(Exception):
    """The proxy sent what is no message."""


class ControlChannel:
    """Messages of the proxy, and the outbox that is sent to it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outbox: Outbox) -> None:
        self.outbox = outbox
        self._reader = reader
        self._writer = writer
        self._sending = asyncio.create_task(self._send())

    @classmethod
    async def open(cls, descriptor: int, outbox: Outbox) -> ControlChannel:
        """Raises OSError if the descriptor is no connected socket. It is not inherited by child processes."""
        connection = socket.socket(fileno=descriptor)
        connection.set_inheritable(False)
        reader, writer = await asyncio.open_unix_connection(sock=connection, limit=LONGEST_LINE)
        return cls(reader, writer, outbox)

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """What the proxy sends, until it goes away. Raises ProtocolError."""
        while True:
            try:
                line = await self._reader.readline()
            except ValueError as error:
                raise ProtocolError(f"a line is longer than {LONGEST_LINE} bytes") from error
            except ConnectionError:
                return
            if not line.endswith(b"\n"):
                return
            try:
                message = json.loads(line)
            except ValueError as error:
                raise ProtocolError("a line is not JSON") from error
            if not isinstance(message, dict):
                raise ProtocolError("a line is not a JSON object")
            yield message

    async def close(self, patience: float) -> None:
        """Sends what waits, for at most so many seconds."""
        self._sending.cancel()
        await asyncio.wait({self._sending})
        try:
            await asyncio.wait_for(self.outbox.flush(self._writer), patience)
        except (OSError, asyncio.TimeoutError):
            pass

    async def _send(self) -> None:
        """Ends when the proxy has gone; that is noticed by whoever reads."""
        try:
            await self.outbox.send(self._writer)
        except OSError:
            pass
