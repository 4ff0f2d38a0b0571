"""Secrets that can be told in any output, and the places where clients put them."""

from __future__ import annotations

import base64
import json

from accounts import Accounts, basic, bearer
from bytestream import WireFault
from vocabulary import STREAM

CAMERA = "rtsp://canary-login:canary-word@10.20.30.40:554/canary-path?canary=1"


def part_of_token(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


#: The canary, and how it stands in base 64 whatever comes before it.
DISGUISES = ["canary", "CANARY", "Canary", "Y2FuYXJ", "NhbmFye", "jYW5hcn"]


#: Credentials of every kind, none of them good.
CREDENTIALS = [
    basic("canary-login@visionlabs.ai", "canary-word"),
    basic("ann@visionlabs.ai", "canary-word"),
    basic("canary\x00", "canary"),
    ("Authorization", "Basic canary"),
    ("Authorization", "Basic " + base64.b64encode(b"canary-without-a-colon").decode()),
    bearer("canary"),
    bearer("canary.canary.canary"),
    bearer(f"{part_of_token({'alg': 'HS256'})}.{part_of_token({'account_id': 'canary', 'token_id': STREAM})}.Y2FuYXJ5"),
    bearer("canary" * 2000),
    ("Authorization", "Digest username=canary, response=canary"),
    ("Authorization", "canary"),
    ("Authorization", "AWS4-HMAC-SHA256 Credential=canary/canary, Signature=canary"),
    ("Luna-Account-Id", "canary"),
    ("Luna_Account_Id", "canary"),
    ("Proxy-Authorization", "Basic canary"),
    ("Cookie", "session=canary"),
]
#: Fields that may hold a secret, beside good credentials.
FIELDS = [
    ("Cookie", "session=canary; luna_auth=canary"),
    ("X-Api-Key", "canary"),
    ("X-Canary-Name", "1"),
    ("Referer", f"https://canary@example.com/?token=canary&camera={CAMERA}"),
    ("Luna-Request-Id", "canary"),
    ("LUNA-STREAMS-API-VERSION", "canary"),
    ("Connection", "canary"),
    ("Expect", "canary"),
    ("Content-Type", "canary/canary; charset=canary"),
    ("Content-Encoding", "canary"),
    ("Upgrade", "canary"),
    ("X-Forwarded-For", "canary"),
    ("Forwarded", "for=canary"),
]
#: Contents that creation and replacement refuse or pass.
CONTENTS = [
    json.dumps({"data": {"reference": CAMERA}, "event_handler": {"authorization": {"token": "canary"}}}).encode(),
    b'{"canary": "canary", "canary": 1}',
    b'{"account_id": "canary"}',
    b'{"account_id": {"canary": 1}}',
    b'["canary"]',
    b'"canary"',
    b"canary",
    b'{"canary": canary}',
    b'{"x": "canary\\q"}',
    b'{"x": "canary\xff"}',
    b"<xml>canary</xml>",
]
#: What is no request at all, each with a canary near the fault.
BROKEN = [
    b"canary\r\n\r\n",
    b"CANARY /canary HTTP/1.1\r\nHost: canary\r\n\r\n",
    b"GET /canary HTTP/9.9\r\n\r\n",
    b"GET /canary HTTP/1.1\r\n\r\n",
    b"GET http://canary:canary@canary/ HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /?token=canary#canary HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: canary canary\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nAuthorization : Bearer canary\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer canary\x00\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\n Authorization: Bearer canary\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nCanary\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: canary\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: canary\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;canary=\x01\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\ncanary : 1\r\n\r\n",
    b"GET /" + b"canary" * 3000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"canary" * 9000 + b"\r\n\r\n",
    b"\x16\x03\x01\x00canary",
]


def say(proxy, data: bytes) -> bytes:
    """Sends the bytes and gives what came back before the proxy closed, or nothing more came."""
    with proxy.connect(timeout=1) as connection:
        try:
            connection.send(data)
            connection.half_close()
            return connection.stream.read_to_end()
        except (WireFault, ConnectionError, BrokenPipeError):
            return bytes(connection.stream.buffer)


def assert_no_canary(text: str, accounts: Accounts) -> None:
    for secret in (*DISGUISES, *accounts.secrets):
        at = text.find(secret)
        assert at < 0, f"printed: …{text[max(0, at - 80):at]}"
