"""The contract in numbers and names: routes, codes, and how an error of ours looks."""

from __future__ import annotations

import re

from messages import Answer
from proxy_process import PREFIX

STREAM = "b3cd1fbc-7a1f-4a3e-9a63-21d3a6b6f9a1"

#: Route below our prefix, its methods, and the route of Luna-Streams behind it.
ROUTES = [
    ("/version", ("GET", "HEAD"), "/version"),
    ("/docs/spec", ("GET", "HEAD"), "/1/docs/spec"),
    ("/plugins", ("GET", "HEAD"), "/1/plugins"),
    ("/streams", ("GET", "HEAD", "POST", "DELETE"), "/1/streams"),
    ("/streams/count", ("GET", "HEAD"), "/1/streams/count"),
    ("/streams/logs", ("GET", "HEAD", "DELETE"), "/1/streams/logs"),
    (f"/streams/{STREAM}", ("GET", "HEAD", "PUT", "DELETE"), f"/1/streams/{STREAM}"),
    (f"/streams/{STREAM}/preview/handler/live", ("GET",), f"/1/streams/{STREAM}/preview/handler/live"),
    (f"/streams/{STREAM}/preview/handler/frame", ("GET", "HEAD"), f"/1/streams/{STREAM}/preview/handler/frame"),
]
LIVE = f"/streams/{STREAM}/preview/handler/live"
FRAME = f"/streams/{STREAM}/preview/handler/frame"
#: The routes that need no credentials.
OPEN = ("/version", "/docs/spec", "/plugins")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
VERB = {
    "GET": "view",
    "HEAD": "view",
    "POST": "creation",
    "PUT": "modification",
    "PATCH": "modification",
    "DELETE": "deletion",
}

REQUEST_ID = re.compile(r"[0-9]{10},[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}\Z")
_LINK = "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-{}"


def route(path: str) -> str:
    """A route of ours as it stands in a request."""
    return PREFIX + path


def assert_error(answer: Answer, status: int, *codes: int, method: str = "GET") -> None:
    """The answer is an error of ours: status, one of the codes, the JSON shape, a request id (section 5)."""
    assert answer.status == status, f"{answer.status} instead of {status}: {answer.content[:500]!r}"
    request_id = answer.fields.one("Luna-Request-Id")
    assert request_id and REQUEST_ID.match(request_id), f"Luna-Request-Id {request_id!r}"
    if method == "HEAD":
        return
    assert (answer.fields.one("Content-Type") or "").startswith("application/json"), answer.fields
    value = answer.json()
    assert set(value) == {"error_code", "desc", "detail", "link"}, value
    assert value["error_code"] in codes, f"code {value['error_code']} instead of {codes}: {value}"
    assert isinstance(value["desc"], str) and value["desc"], value
    assert isinstance(value["detail"], str), value
    assert value["link"] == _LINK.format(value["error_code"]), value


def challenges(answer: Answer) -> "set[str]":
    """The schemes that an answer's WWW-Authenticate fields name, lower-case; Basic must name its realm."""
    text = ", ".join(answer.fields.all("WWW-Authenticate"))
    found = set()
    if re.search(r'\bBasic realm="login:password"', text):
        found.add("basic")
    if re.search(r"\bBearer\b", text):
        found.add("bearer")
    return found
