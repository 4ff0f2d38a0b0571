"""Requests that no careful server takes: name, bytes, the statuses that are right, and where each is known from.

`%ROUTE%` stands for our stream route, `%CREDENTIALS%` for good credentials; so only the defect can be the reason.
"""

from __future__ import annotations

from typing import NamedTuple


class Defect(NamedTuple):
    """A malformed request; `statuses` are the answers the contract leaves open for it."""

    name: str
    raw: bytes
    statuses: "tuple[int, ...]" = (400,)


def post(*lines: bytes, content: bytes = b"") -> bytes:
    """A POST with the given field lines, credentials and Host."""
    return (
        b"POST %ROUTE% HTTP/1.1\r\nHost: h\r\n%CREDENTIALS%"
        + b"".join(line + b"\r\n" for line in lines)
        + b"\r\n"
        + content
    )


def get(*lines: bytes) -> bytes:
    """A GET with the given field lines, credentials and Host."""
    return b"GET %ROUTE% HTTP/1.1\r\nHost: h\r\n%CREDENTIALS%" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def start(line: bytes, host: bytes = b"Host: h\r\n") -> bytes:
    """A request with the given request line."""
    return line + b"\r\n" + host + b"%CREDENTIALS%\r\n"


CL, TE = b"Content-Length: 5", b"Transfer-Encoding: chunked"
LAST = b"0\r\n\r\n"

#: Who may say how long the content is (RFC 9112, section 6; CL.TE, TE.CL, TE.TE, CVE-2021-40346, CVE-2023-40225).
FRAMING = [
    Defect("length and coding", post(CL, TE, content=LAST)),
    Defect("coding and length", post(TE, CL, content=LAST)),
    Defect("length 0 and coding", post(b"Content-Length: 0", TE, content=LAST)),
    Defect("two equal lengths", post(CL, CL, content=b"hello")),
    Defect("two lengths", post(CL, b"Content-Length: 6", content=b"hello!")),
    Defect("length list", post(b"Content-Length: 5, 5", content=b"hello")),
    Defect("length list, different", post(b"Content-Length: 5, 6", content=b"hello!")),
    Defect("length plus", post(b"Content-Length: +5", content=b"hello")),
    Defect("length minus", post(b"Content-Length: -5", content=b"hello")),
    Defect("length minus 0", post(b"Content-Length: -0")),
    Defect("length hexadecimal", post(b"Content-Length: 0x5", content=b"hello")),
    Defect("length with space", post(b"Content-Length: 5 5", content=b"hello")),
    Defect("length with underscore", post(b"Content-Length: 1_0", content=b"hello")),
    Defect("length with point", post(b"Content-Length: 5.0", content=b"hello")),
    Defect("length exponent", post(b"Content-Length: 5e0", content=b"hello")),
    Defect("length quoted", post(b'Content-Length: "5"', content=b"hello")),
    Defect("length letters", post(b"Content-Length: five", content=b"hello")),
    Defect("length trailing letter", post(b"Content-Length: 5b", content=b"hello")),
    Defect("length empty", post(b"Content-Length:")),
    Defect("length blank", post(b"Content-Length:   ")),
    Defect("length semicolon", post(b"Content-Length: 5;", content=b"hello")),
    Defect("length over 2^63", post(b"Content-Length: 9223372036854775808"), (400, 413)),
    Defect("length over 2^64", post(b"Content-Length: 18446744073709551621", content=b"hello"), (400, 413)),
    Defect("length of 400 digits", post(b"Content-Length: " + b"9" * 400), (400, 413)),
    Defect("length Arabic digits", post("Content-Length: ٥".encode(), content=b"hello")),
    Defect("length alias with space", post(b"Content-Length : 5", content=b"hello")),
    Defect("coding twice", post(TE, TE, content=LAST), (400, 501)),
    Defect("coding list", post(b"Transfer-Encoding: chunked, chunked", content=LAST), (400, 501)),
    Defect("coding gzip", post(b"Transfer-Encoding: gzip", content=LAST), (400, 501)),
    Defect("coding gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", content=LAST), (400, 501)),
    Defect("coding chunked, gzip", post(b"Transfer-Encoding: chunked, gzip", content=LAST), (400, 501)),
    Defect("coding identity", post(b"Transfer-Encoding: identity", content=LAST), (400, 501)),
    Defect("coding identity and length", post(b"Transfer-Encoding: identity", CL, content=b"hello"), (400, 501)),
    Defect("coding x", post(b"Transfer-Encoding: x", content=LAST), (400, 501)),
    Defect("coding chunked-x", post(b"Transfer-Encoding: chunkedx", content=LAST), (400, 501)),
    Defect("coding xchunked", post(b"Transfer-Encoding: xchunked", content=LAST), (400, 501)),
    Defect("coding with parameter", post(b"Transfer-Encoding: chunked;q=1", content=LAST), (400, 501)),
    Defect("coding quoted", post(b'Transfer-Encoding: "chunked"', content=LAST), (400, 501)),
    Defect("coding empty", post(b"Transfer-Encoding:", content=LAST), (400, 501)),
    Defect("coding empty member", post(b"Transfer-Encoding: , chunked", content=LAST), (400, 501)),
    Defect("coding trailing comma", post(b"Transfer-Encoding: chunked,", content=LAST), (400, 501)),
    Defect("coding vertical tab", post(b"Transfer-Encoding: \x0bchunked", content=LAST), (400, 501)),
    Defect("coding name with space", post(b"Transfer-Encoding : chunked", content=LAST)),
    Defect("coding folded", post(b"Transfer-Encoding:\r\n chunked", content=LAST)),
    Defect("coding in 1.0", post(TE, content=LAST).replace(b"HTTP/1.1", b"HTTP/1.0")),
    Defect(
        "coding in 1.0 with keep-alive", post(TE, b"Connection: keep-alive", content=LAST).replace(b"/1.1", b"/1.0")
    ),
]

#: Lines and fields (RFC 9112, sections 2.2 and 5; CVE-2019-9900, CVE-2023-25725).
LINES = [
    Defect("bare LF everywhere", get().replace(b"\r\n", b"\n")),
    Defect("bare LF after the request line", get().replace(b"1.1\r\n", b"1.1\n")),
    Defect("bare LF after a field", get(b"X-A: b").replace(b"X-A: b\r\n", b"X-A: b\n")),
    Defect("bare LF at the end", get(b"X-A: b").replace(b"b\r\n\r\n", b"b\r\n\n")),
    Defect("bare CR in a value", get(b"X-A: b\rX-B: c")),
    Defect("bare CR instead of CRLF", get(b"X-A: b\rX-B: c\r")),
    Defect("CR CR LF", get(b"X-A: b\r")),
    Defect("fold", get(b"X-A: b", b" c")),
    Defect("fold with tab", get(b"X-A: b", b"\tc")),
    Defect("fold of the first field", b"GET %ROUTE% HTTP/1.1\r\n Host: h\r\n%CREDENTIALS%\r\n"),
    Defect("space before the colon", get(b"X-A : b")),
    Defect("tab before the colon", get(b"X-A\t: b")),
    Defect("space in a name", get(b"X A: b")),
    Defect("empty name", get(b": b")),
    Defect("no colon", get(b"nonsense")),
    Defect("NUL in a value", get(b"X-A: b\x00c")),
    Defect("NUL in a name", get(b"X-\x00A: b")),
    Defect("control in a value", get(b"X-A: b\x01c")),
    Defect("bell in a value", get(b"X-A: \x07")),
    Defect("delete in a value", get(b"X-A: b\x7f")),
    Defect("high byte in a name", get(b"X-\xc3\xa9: b")),
    Defect("parenthesis in a name", get(b"X(A): b")),
    Defect("slash in a name", get(b"X/A: b")),
    Defect("quote in a name", get(b'"X": b')),
    Defect("brace in a name", get(b"X{A}: b")),
    Defect("comma in a name", get(b"X,A: b")),
    Defect("at in a name", get(b"X@A: b")),
    Defect("NUL in credentials", get(b"X-A: b").replace(b"%CREDENTIALS%", b"Authorization: Bearer a\x00b\r\n")),
]

#: The request line (RFC 9112, section 3; HTTP Garden; CVE-2013-4547).
REQUEST_LINES = [
    Defect("http/0.9", b"GET %ROUTE%\r\n\r\n"),
    Defect("http/0.9 with fields", start(b"GET %ROUTE%")),
    Defect("version 0.9", start(b"GET %ROUTE% HTTP/0.9"), (400, 505)),
    Defect("version 1.2", start(b"GET %ROUTE% HTTP/1.2"), (505, 400)),
    Defect("version 1.32", start(b"GET %ROUTE% HTTP/1.32"), (400, 505)),
    Defect("version 1.10", start(b"GET %ROUTE% HTTP/1.10"), (400, 505)),
    Defect("version 01.1", start(b"GET %ROUTE% HTTP/01.1"), (400, 505)),
    Defect("version 2.0", start(b"GET %ROUTE% HTTP/2.0"), (505, 400)),
    Defect("version 3.0", start(b"GET %ROUTE% HTTP/3.0"), (505, 400)),
    Defect("version 2", start(b"GET %ROUTE% HTTP/2"), (400, 505)),
    Defect("http/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 405, 501, 505)),
    Defect("lower-case version", start(b"GET %ROUTE% http/1.1"), (400, 505)),
    Defect("mixed-case version", start(b"GET %ROUTE% Http/1.1"), (400, 505)),
    Defect("another protocol", start(b"GET %ROUTE% ICAP/1.0"), (400, 505)),
    Defect("version with space", start(b"GET %ROUTE% HTTP /1.1")),
    Defect("version with a trailing space", start(b"GET %ROUTE% HTTP/1.1 ")),
    Defect("version with a letter", start(b"GET %ROUTE% HTTP/1.1x")),
    Defect("CR in the version", start(b"GET %ROUTE% HTTP/1.1\r"), (400,)),
    Defect("HTTP/1.a", start(b"GET %ROUTE% HTTP/1.a"), (400, 505)),
    Defect("two spaces after the method", start(b"GET  %ROUTE% HTTP/1.1")),
    Defect("two spaces after the target", start(b"GET %ROUTE%  HTTP/1.1")),
    Defect("tabs for spaces", start(b"GET\t%ROUTE%\tHTTP/1.1")),
    Defect("leading space", start(b" GET %ROUTE% HTTP/1.1")),
    Defect("no target", start(b"GET HTTP/1.1")),
    Defect("empty target", start(b"GET  HTTP/1.1")),
    Defect("no method", start(b"%ROUTE% HTTP/1.1")),
    Defect("method with a parenthesis", start(b"G(T %ROUTE% HTTP/1.1")),
    Defect("method with a high byte", start(b"G\xc3T %ROUTE% HTTP/1.1")),
    Defect("method with NUL", start(b"GE\x00T %ROUTE% HTTP/1.1")),
    Defect("method with colon", start(b"GET: %ROUTE% HTTP/1.1")),
    Defect("four words", start(b"GET %ROUTE% %ROUTE% HTTP/1.1")),
    Defect("only spaces", b"   \r\n\r\n"),
    Defect("a line of NUL", b"\x00\x00\x00\r\n\r\n"),
    Defect("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n"),
    Defect("a proxy protocol line", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + start(b"GET %ROUTE% HTTP/1.1")),
]

#: The Host (RFC 9112, section 3.2; CVE-2021-39242).
HOSTS = [
    Defect("no Host", start(b"GET %ROUTE% HTTP/1.1", b"")),
    Defect("two Hosts", start(b"GET %ROUTE% HTTP/1.1", b"Host: h\r\nHost: h\r\n")),
    Defect("two different Hosts", start(b"GET %ROUTE% HTTP/1.1", b"Host: h\r\nHost: g\r\n")),
    Defect("two Hosts in 1.0", start(b"GET %ROUTE% HTTP/1.0", b"Host: h\r\nHost: g\r\n")),
] + [
    Defect(f"Host {value!r}", start(b"GET %ROUTE% HTTP/1.1", b"Host: " + value + b"\r\n"))
    for value in (
        b"h, g",
        b"h,g",
        b"h g",
        b"h/g",
        b"http://h",
        b"u@h",
        b"h?x",
        b"h#x",
        b"h\\g",
        b"h:80:80",
        b"h:x",
        b"h:-1",
        b"[::1",
        b"::1",
        b"h\x01",
        b"h\x7f",
        "hôte".encode(),
        b"h<",
        b'h"',
    )
]

#: Forms of target whose authority isn't the Host (RFC 9112, section 3.2.2).
TARGETS = [
    Defect("absolute-form of another host", start(b"GET http://g%ROUTE% HTTP/1.1"), (400, 404)),
    Defect("absolute-form with user", start(b"GET http://u@h%ROUTE% HTTP/1.1"), (400, 404)),
    Defect("authority-form", start(b"CONNECT h:80 HTTP/1.1"), (400, 404, 405, 501)),
    Defect("asterisk with GET", start(b"GET * HTTP/1.1"), (400, 404)),
    Defect("fragment", start(b"GET %ROUTE%#x HTTP/1.1"), (400, 404)),
    Defect("backslash", start(b"GET %ROUTE%\\x HTTP/1.1"), (400, 404)),
    Defect("control", start(b"GET %ROUTE%\x01 HTTP/1.1"), (400, 404)),
    Defect("high byte", start(b"GET %ROUTE%\xff HTTP/1.1"), (400, 404)),
]

DEFECTS = FRAMING + LINES + REQUEST_LINES + HOSTS + TARGETS
