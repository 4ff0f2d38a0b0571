"""Before anything is measured: does every peer really do the same work? A peer that doesn't, fails the run."""

import json
import re
import time

from .client import Connection, request
from .peers import Peer


class Mismatch(Exception):
    """A peer does other work than the rest."""


def check(peer: Peer) -> None:
    """Asks through the peer and looks at what the backend saw, and at the access log."""
    credentials = peer.around.credentials
    authorization = credentials.authorization
    for wrong in (None, "Bearer " + "x" * 40, authorization + "x", authorization[:-1]):
        with Connection(peer.port) as connection:
            status, _ = connection.exchange(request("GET", peer.target("/streams"), wrong))
        _require(peer, status == 401, f"a request with {'no' if wrong is None else 'a wrong'} token got {status}")

    with Connection(peer.port) as connection:
        status, content = connection.exchange(request("GET", peer.target("/streams"), authorization))
        _require(peer, status == 200 and credentials.stream.encode() in content, f"the small JSON answer is {status}")

        status, content = connection.exchange(request("GET", peer.target("/streams/count?x=1"), authorization))
        seen = json.loads(content)
        _require(peer, seen["target"].startswith("/1/streams/count?"), f"the backend was asked for {seen['target']}")
        _require(peer, seen["authorization"] == "", "the backend saw the token")
        _require(peer, seen["account"] == credentials.account, f"the backend saw account {seen['account']!r}")
        _require(peer, re.fullmatch(r"[\d.]+,[0-9a-f-]{32,36}", seen["request_id"]) is not None,
                 f"the request id is {seen['request_id']!r}")
        # An address, not this one: Envoy puts its node's in place of a loopback address.
        _require(peer, re.fullmatch(r"[\d.]+", seen["forwarded"]) is not None,
                 f"X-Forwarded-For is {seen['forwarded']!r}")

        frame = f"/streams/{credentials.stream}/preview/handler/frame"
        status, content = connection.exchange(request("GET", peer.target(frame), authorization))
        _require(peer, status == 200 and len(content) == 65536, f"the frame is {status}, {len(content)} bytes")

        upload = upload_content(credentials.account, 1 << 20)
        status, content = connection.exchange(request("POST", peer.target("/streams"), authorization, upload))
        _require(peer, status == 201, f"the upload got {status}")
        received = json.loads(content)["received"]
        _require(peer, received >= len(upload), f"of {len(upload)} uploaded bytes {received} arrived")
    _check_log(peer)


def upload_content(account: str, size: int) -> bytes:
    """A JSON object of that many bytes that creates a stream of the account: what a separating proxy lets pass."""
    head = b'{"account_id":"' + account.encode() + b'","data":"'
    return head + b"x" * (size - len(head) - 2) + b'"}'


def _check_log(peer: Peer) -> None:
    deadline = time.monotonic() + 5  # Some write in batches, once a second.
    while time.monotonic() < deadline:
        lines = [line for line in peer.log_lines() if "/streams/count" in line]
        if lines:
            break
        time.sleep(0.05)
    _require(peer, bool(lines), "no access log line came")
    secret = peer.around.credentials.tokens[0]
    _require(peer, secret not in lines[0], "the access log shows the token")
    try:
        json.loads(lines[0])
    except ValueError:
        raise Mismatch(f"{peer.name}: the access log line is not JSON: {lines[0]!r}") from None


def _require(peer: Peer, condition: bool, otherwise: str) -> None:
    if not condition:
        raise Mismatch(f"{peer.name}: {otherwise}")
