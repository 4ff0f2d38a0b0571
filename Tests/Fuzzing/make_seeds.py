#!/usr/bin/env python3
"""Turns the corpus of messages into seeds for fuzzing: `make_seeds.py FOLDER` fills FOLDER/<target>/.

Messages of Tests/Corpus become requests, answers and content; targets, queries, JSON, credentials, tokens, previews and
settings get a few of their own. Behind each seed stand the choices that its target takes from the end, all zero.
"""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import sys
from pathlib import Path
from typing import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
OWN = "11111111-2222-4333-8444-555555555555"
ACCOUNT = "6d071cca-fda5-4a03-84d5-5bea65904480"
TOKEN = "99999999-2222-4333-8444-555555555555"
#: The longest seed: libFuzzer copies what it mutates.
LONGEST = 4096


def unescape(text: str) -> bytes:
    """The bytes that a `raw` part stands for (Tests/Corpus/README.md)."""
    repeated = re.compile(r"\\\(([0-9]+) ((?:[^)\\]|\\.)*)\)")
    while match := repeated.search(text):
        text = text[: match.start()] + match[2] * int(match[1]) + text[match.end() :]
    plain = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
    parts = re.split(r"(\\x[0-9A-Fa-f]{2}|\\.)", text)
    return b"".join(
        bytes([int(part[2:], 16)]) if part.startswith("\\x") else plain[part[1]] if part[:1] == "\\" else part.encode()
        for part in parts
    )


def messages() -> Iterator[tuple[str, bytes]]:
    """The kind of each message, `request` or `response to METHOD`, and its bytes."""
    for path in sorted((REPOSITORY / "Tests/Corpus").glob("*.txt")):
        for case in re.findall(r"^== .*\n(?:.+\n)+", path.read_text() + "\n", re.MULTILINE):
            fields, _, raw = case.partition("\nraw:\n")
            kind = re.search(r"^message: (.*)$", fields, re.MULTILINE)
            if kind and raw:
                yield kind[1], unescape(raw.replace("\n", ""))


def seeds() -> Iterator[tuple[str, bytes]]:
    """Each seed's target and bytes."""
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "other"]
    for kind, message in messages():
        head, _, content = message.partition(b"\r\n\r\n")
        if kind == "request":
            yield "request-head", message + bytes(6)
            yield "connection", message + bytes(4)
            words = head.split(b"\r\n")[0].split(b" ")
            if len(words) == 3:
                yield "target", words[1] + bytes(2)
        else:
            yield "response-head", message + bytes([0, methods.index(kind.rpartition(" ")[2]), 0, 0, 0, 0, 0])
        if content:
            yield "content", content + bytes([0, 0, 0, 0, 0, 7])
    for letter in b"cehinptwx":
        line = b"POST /%c HTTP/1.1\r\nHost: h\r\n" % letter
        yield "connection", line + b"Content-Length: 5\r\n\r\nhello" + b"GET /%c HTTP/1.1\r\nHost: h\r\n\r\n" % letter + bytes(4)
        yield "connection", line + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + bytes(4)
        yield "connection", line + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\nhGET /x HTTP/1.0\r\n\r\n" + bytes(4)
    streams = "/6/plugins/luna-streams/streams"
    for path in ["", "/count", "/logs?page=1", f"/{OWN}", f"/{OWN}/preview/handler/live", f"/{OWN}/preview/handler/frame"]:
        yield "target", (streams + path).encode() + bytes(2)
    for path in ["/docs/spec", "/version", "/plugins"]:
        yield "target", ("/6/plugins/luna-streams" + path).encode() + bytes(2)
    for path in ["/version", "/healthcheck", "/plugins", "/6/tokens", f"/6/tokens/{OWN}", "/6/account"]:
        yield "target", path.encode() + bytes(2)
    for query in ["", "page=1&page_size=2", f"account_id={ACCOUNT}", f"a=b&account_id={ACCOUNT}&c=d", f"account%5fid={ACCOUNT}"]:
        yield "query", query.encode() + bytes(3)
        yield "query", query.encode() + bytes([0, 0, 1])
    yield "query", f"account_id={OWN}&account_id={ACCOUNT}&a;b".encode() + bytes(3)
    member = f'"account_id":"{ACCOUNT}"'
    for text in ["{}", f"{{{member}}}", f'{{"data":{{{member}}},"x":[1,-2.5e+3,true,null,"\\u00e9\\ud83d\\ude00"]}}', "[1]", '"a"', f'{{"account\\u005fid":"{ACCOUNT}"}}', f"{{{member},{member}}}"]:
        for method in range(3):
            yield "body", text.encode() + bytes([method])
    for text, shape in [("Bearer abc.def.ghi", 0), ("basic dXNlckBleGFtcGxlLm9yZzpwdzp3aXRoOmNvbG9ucw==", 0), ("user@example.org:pw:with:colons", 1), (OWN, 2), ("Digest x", 3)]:
        yield "credentials", text.encode() + bytes([1, shape])
    head = '{"alg":"HS256","typ":"JWT"}\n'
    ours = f'{{"account_id":"{OWN}","token_id":"{TOKEN}"'
    for claims in ["}", ',"exp":2000000000}', ',"exp":1900000000.5,"nbf":1800000000}']:
        yield "token", (head + ours + claims).encode() + bytes(3)
    theirs = f'{{"iss":"https://id.example.org","account_id":"{ACCOUNT}","exp":2000000000'
    for claims in ["}", ',"scope":"streams:view","type":"admin","area":"all"}', ',"scope":{"streams":["view"]},"iat":1800000000}']:
        yield "token", (head + theirs + claims).encode() + bytes([0, 0, 1])
        yield "token", (head + theirs + claims).encode() + bytes([0, 0, 3])
    for algorithm, length in [("RS256", 256), ("ES256", 64)]:
        yield "token", (head.replace("HS256", algorithm) + theirs + "}\n" + "s" * length).encode() + bytes([0, 0, 2])
    for block in re.findall(r"```json\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL):
        text = block.strip()
        yield "settings", (text if text.startswith("{") else f"{{{text}}}").encode()
    yield "settings", b'{"LUNA_API_PLUGINS_SETTINGS":{"luna-streams":{"luna-streams-address":{"origin":"http://h:1/1"}}}}'
    jpeg = b"\xff\xd8\xff\xe0picture\r\n--fram\r\n\xff\xd9"
    sized = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s" % (len(jpeg), jpeg)
    unsized = b"Content-type:image/jpg\r\nX-Timestamp: 1.5\r\n\r\n" + jpeg
    wrong = b"Content-Length: 5\r\n\r\n" + jpeg
    other = b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
    for choice, line in enumerate([b"--frame", b"--frame", b"--frame--", b"f"]):
        chosen = bytes([0, 0, 0, 0, 0, choice])
        for part in [sized, unsized, wrong, other + b"\r\n" + line + b"\r\n" + sized]:
            yield "multipart", (line + b"\r\n" + part + b"\r\n") * 3 + line + b"--\r\n" + chosen
        yield "multipart", sized + b"\r\n\r\n" + line + b"\n\n" + unsized.replace(b"\r\n", b"\n") + line + b"\n" + chosen
    yield "multipart", b"preamble\r\n\r\n----frame\r\n" + unsized + b"----frame\r\n" + sized.replace(b"jpeg", b"png") + bytes([0, 0, 0, 0, 2, 1])
    begin, connected, head_event, completed = bytes([0, 13]), bytes([0, 2]), bytes([5, 0]), bytes([11, 1])
    yield "exchange", begin + connected + head_event + completed
    yield "exchange", begin + connected + bytes([8, 0]) + connected + bytes([13, 0, 15, 0]) + head_event + bytes([22, 1])
    yield "exchange", bytes([0, 29]) + connected + bytes([14, 0, 8, 0])
    for header in proxy_headers():
        yield "proxy-header", header
        yield "proxy-header", header + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def proxy_headers() -> Iterator[bytes]:
    """What a proxy says first, by haproxy's proxy-protocol.txt, and what is just no such thing."""
    yield b"PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n"
    yield b"PROXY TCP6 2001:db8::7 ::ffff:198.51.100.1 1 65535\r\n"
    yield b"PROXY UNKNOWN\r\n"
    yield b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"
    yield b"PROXY UNKNOWN" + b"x" * 107
    yield b"PROXY TCP4 192.0.2.7 198.51.100.1 00000 99999\r\n"
    yield b"PROXY TCP4 192.0.2.07 198.51.100.1 1 2\n"
    signature = b"\r\n\r\n\0\r\nQUIT\n"
    ports = struct.pack("!HH", 12345, 443)
    four = socket.inet_aton("192.0.2.7") + socket.inet_aton("198.51.100.1") + ports
    six = socket.inet_pton(socket.AF_INET6, "2001:db8::7") + bytes(16) + ports
    extensions = b"\x01\0\x02h2" + b"\x03\0\x04abcd" + b"\x04\0\x03abc" + b"\x20\0\x05\x07\0\0\0\0"
    for command in (0x20, 0x21, 0x22, 0x31):
        for family, addresses in ((0x00, b""), (0x11, four), (0x12, four), (0x21, six), (0x31, bytes(216)), (0xFF, b"")):
            for rest in (addresses, addresses + extensions, addresses[:-1]):
                yield signature + struct.pack("!BBH", command, family, len(rest)) + rest
    yield signature + b"\x21\x11\xff\xff"


def main() -> None:
    folder = Path(sys.argv[1])
    for target, seed in seeds():
        if len(seed) > LONGEST:
            continue
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
