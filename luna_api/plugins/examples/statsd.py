"""Sends a count and a duration for every request to StatsD, over UDP.

Settings, each with its default:

    "LUNA_API_PLUGINS_SETTINGS": {"statsd": {"host": "127.0.0.1", "port": 8125, "prefix": "luna_streams"}}

Metrics: `<prefix>.requests.<status>` and `<prefix>.errors.<code>` are counters, `<prefix>.execution_time` is a timer in
milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any, Iterator, Sequence

from luna_plugins.base.plugins_meta.base_plugins import BaseEventPlugin, LunaApplication, MonitoringPoint

#: Bytes of a datagram: what goes over Ethernet in one packet.
LARGEST_DATAGRAM = 1400


class StatsDPlugin(BaseEventPlugin):
    """One batch of points becomes as few datagrams as hold it."""

    eventName = "monitoring_event"

    def __init__(self, app: LunaApplication) -> None:
        super().__init__(app)
        settings = app.ctx.pluginSettings
        self.address = (settings.get("host", "127.0.0.1"), settings.get("port", 8125))
        self.prefix = settings.get("prefix", "luna_streams")
        self.transport: asyncio.DatagramTransport | None = None

    async def initialize(self) -> None:
        """Opens a socket. Nothing is sent yet, so StatsD need not run."""
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=self.address)

    async def close(self) -> None:
        """Closes the socket."""
        if self.transport is not None:
            self.transport.close()

    async def handleEvent(self, points: Sequence[MonitoringPoint], logger: logging.Logger) -> None:
        """Sends what the points come to."""
        assert self.transport is not None
        for datagram in packed(metrics(points, self.prefix)):
            self.transport.sendto(datagram)


def metrics(points: Sequence[MonitoringPoint], prefix: str) -> Iterator[str]:
    """The lines of StatsD: equal counters together, each duration for itself."""
    counts: Counter[str] = Counter()
    for point in points:
        if point.series == "errors":
            counts[f"{prefix}.errors.{point.tags['error_code']}"] += 1
            continue
        counts[f"{prefix}.requests.{point.tags['status_code']}"] += 1
        yield f"{prefix}.execution_time:{milliseconds(point.fields['execution_time'])}|ms"
    for name, count in counts.items():
        yield f"{name}:{count}|c"


def milliseconds(seconds: Any) -> str:
    """As StatsD wants it, without an exponent."""
    return f"{float(seconds) * 1000:.3f}"


def packed(lines: Iterator[str]) -> Iterator[bytes]:
    """Datagrams of whole lines."""
    datagram = b""
    for line in lines:
        encoded = line.encode()
        if datagram and len(datagram) + 1 + len(encoded) > LARGEST_DATAGRAM:
            yield datagram
            datagram = b""
        datagram = encoded if not datagram else datagram + b"\n" + encoded
    if datagram:
        yield datagram
