"""The host's own error answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aiohttp import web

_LINK = "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-"


@dataclass(frozen=True)
class ErrorAnswer:
    """An answer with LUNA's error JSON. No text of a request, a plugin or an exception is in it."""

    status: int
    code: int
    summary: str
    detail: str
    fields: dict[str, str] = field(default_factory=dict, hash=False)

    def response(self) -> web.Response:
        """As aiohttp sends it."""
        content = {
            "error_code": self.code,
            "desc": self.summary,
            "detail": self.detail,
            "link": f"{_LINK}{self.code}",
        }
        return web.Response(
            status=self.status,
            body=json.dumps(content, separators=(",", ":")).encode(),
            headers={"Content-Type": "application/json", **self.fields},
        )


NO_SUCH_PAGE = ErrorAnswer(404, 12013, "Resource not found", "Page not found")
FAULT = ErrorAnswer(500, 11042, "Internal server error", "Unhandled exception in the plugin")
TOO_LATE = ErrorAnswer(504, 9, "Request timeout", "The plugin did not answer in time")
TOO_LARGE = ErrorAnswer(413, 12046, "Invalid http request", "The content is larger than a plugin's route takes")
OVERLOADED = ErrorAnswer(
    503, 1, "Internal server error", "Too many requests for the plugin at once", {"Retry-After": "1"}
)
STARTING = ErrorAnswer(503, 1, "Internal server error", "The plugin is starting", {"Retry-After": "1"})
NOT_RUNNING = ErrorAnswer(503, 1, "Internal server error", "The plugin is not running")


def method_not_allowed(allow: str) -> ErrorAnswer:
    """405 with what is allowed."""
    return ErrorAnswer(405, 12021, "Method not allowed", "Method not allowed", {"Allow": allow})


def unreadable_content(reason: str) -> ErrorAnswer:
    """400: the handler wanted the content to be what it isn't."""
    return ErrorAnswer(400, 12027, "Bad/incomplete input data", reason)
