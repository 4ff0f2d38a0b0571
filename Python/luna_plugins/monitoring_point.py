"""What a monitoring event is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any


@dataclass
class MonitoringPoint:
    """One request that was answered (series `requests`) or failed (also in series `errors`)."""

    series: str
    #: When the request began; it knows its time zone, UTC.
    eventTime: datetime
    #: `service`, `route` such as `GET:/6/plugins/luna-streams/streams`, `status_code`, `account_id`; in `errors` also
    #: `error_code`.
    tags: dict[str, Any] = field(default_factory=dict)
    #: `request_id` and `execution_time` in seconds.
    fields: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, value: dict[str, Any]) -> MonitoringPoint:
        """From the proxy's JSON, with dictionaries of its own. Raises KeyError, TypeError or ValueError."""
        moment = datetime.fromtimestamp(value["time"], timezone.utc)
        return cls(str(value["series"]), moment, dict(value["tags"]), dict(value["fields"]))
