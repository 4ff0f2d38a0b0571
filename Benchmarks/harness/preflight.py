"""Before anything is measured: does every peer really do the same work? A peer that doesn't, fails the run."""

import json
import re
import time
from collections.abc import Iterator

from .backend import FRAME_BYTES
from .client import Connection, request
from .peers import Peer


def complaints(peer: Peer) -> list[str]:
    """Asks through the peer and looks at what the backend saw, and at the access log; a sentence per difference."""
    found: list[str] = []
    for part in (_refusals, _small_answer, _forwarded_fields, _frame, _upload, _log):
        try:
            found += part(peer)
        except (OSError, ValueError, KeyError) as fault:
            found.append(f"{part.__name__.strip('_').replace('_', ' ')}: {fault!r}")
    return found


def upload_content(account: str, size: int) -> bytes:
    """A JSON object of that many bytes that creates a stream of the account: what a separating proxy lets pass."""
    head = b'{"account_id":"' + account.encode() + b'","data":"'
    return head + b"x" * (size - len(head) - 2) + b'"}'


def _ask(peer: Peer, route: str, authorization: str | None, method: str = "GET", content: bytes = b"") -> tuple[int, bytes]:
    with Connection(peer.port) as connection:
        return connection.exchange(request(method, peer.target(route), authorization, content))


def _refusals(peer: Peer) -> Iterator[str]:
    right = peer.around.credentials.authorization
    for wrong in (None, "Bearer " + "x" * 40, right + "x", right[:-1], right.replace("Bearer", "Basic")):
        status, _ = _ask(peer, "/streams", wrong)
        if status != 401:
            yield f"a request with {'no' if wrong is None else 'a wrong'} token got {status}"


def _small_answer(peer: Peer) -> Iterator[str]:
    status, content = _ask(peer, "/streams", peer.around.credentials.authorization)
    if status != 200 or peer.around.credentials.stream.encode() not in content:
        yield f"the small JSON answer is {status}"


def _forwarded_fields(peer: Peer) -> Iterator[str]:
    credentials = peer.around.credentials
    _, content = _ask(peer, "/streams/count?x=1", credentials.authorization)
    seen = json.loads(content)
    if not re.match(r"/1/streams/count\?(.*&)?x=1(&|$)", seen["target"]):
        yield f"the backend was asked for {seen['target']}"
    if seen["authorization"]:
        yield "the backend saw the token"
    if seen["account"] != credentials.account:
        yield f"the backend saw the account {seen['account']!r}"
    if not re.fullmatch(r"[\d.]+,[0-9a-f-]{32,36}", seen["request_id"]):
        yield f"the request id is {seen['request_id']!r}"
    # An address, not this machine's loopback one: Envoy puts its node's in place of that.
    if not re.fullmatch(r"[\d.]+", seen["forwarded"]):
        yield f"X-Forwarded-For is {seen['forwarded']!r}"


def _frame(peer: Peer) -> Iterator[str]:
    credentials = peer.around.credentials
    status, content = _ask(peer, f"/streams/{credentials.stream}/preview/handler/frame", credentials.authorization)
    if status != 200 or len(content) != FRAME_BYTES:
        yield f"the frame is {status}, {len(content)} bytes"


def _upload(peer: Peer) -> Iterator[str]:
    credentials = peer.around.credentials
    content = upload_content(credentials.account, 1 << 20)
    status, answer = _ask(peer, "/streams", credentials.authorization, "POST", content)
    if status != 201:
        yield f"the upload got {status}"
    elif (received := json.loads(answer)["received"]) < len(content):
        yield f"of {len(content)} uploaded bytes {received} arrived"


def _log(peer: Peer) -> Iterator[str]:
    if not peer.variant.logs:
        return
    deadline = time.monotonic() + 5  # Some write in batches, once a second.
    while not (lines := [line for line in peer.log_lines() if "/streams/count" in line]):
        if time.monotonic() > deadline:
            yield "no access log line came"
            return
        time.sleep(0.05)
    if peer.around.credentials.tokens[0] in lines[0]:
        yield "the access log shows the token"
    json.loads(lines[0])
