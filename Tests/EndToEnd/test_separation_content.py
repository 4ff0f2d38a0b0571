"""What creation and replacement may say of accounts in their JSON content, and every way to say it crookedly."""

from __future__ import annotations

import gzip
import json

import pytest

from guarded import JSON, Guarded
from vocabulary import route
from wire import chunked, request_bytes

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def guarded(start_module_proxy, accounts) -> Guarded:
    return Guarded(start_module_proxy, accounts)


def targets(guarded: Guarded) -> "list[tuple[str, str]]":
    return [("POST", "/streams"), ("PUT", f"/streams/{guarded.mine}")]


def refused(guarded: Guarded, content: bytes, status: int, *codes: int, fields=(JSON,)) -> None:
    """Both methods refuse the content, sent with a length and chunked."""
    for method, path in targets(guarded):
        guarded.refused(guarded.ask(method, path, fields, content), status, *codes)
        pieces = [content[:1], content[1:]] if len(content) > 1 else [content][: len(content)]
        head = request_bytes(method, route(path), guarded.fields([*fields, ("Transfer-Encoding", "chunked")]))
        guarded.refused(guarded.send(head + chunked(*pieces)), status, *codes)


def passes(guarded: Guarded, content: bytes, expected: bytes, fields=(JSON,)) -> None:
    """Both methods pass the content on as `expected`, by a length, however it came."""
    for method, path in targets(guarded):
        head = request_bytes(method, route(path), guarded.fields([*fields, ("Transfer-Encoding", "chunked")]))
        for data in (request_bytes(method, route(path), guarded.fields(fields), content), head + chunked(content)):
            assert guarded.send(data).status in (200, 201)
            request = guarded.only()
            assert (request.content, request.framing) == (expected, "length")


def replaced(text: str, guarded: Guarded) -> bytes:
    return text.replace("ANN", guarded.ann.account_id).replace("BOB", guarded.bob.account_id).encode()


@pytest.mark.parametrize(
    "text",
    [
        '{"account_id": "BOB"}',
        '{"account\\u005fid": "BOB"}',
        '{"\\u0061\\u0063\\u0063\\u006f\\u0075\\u006e\\u0074\\u005F\\u0069\\u0064": "BOB"}',
        ' \r\n\t{ "x": [], "account_id" : "BOB" } ',
        '{"data": {"account_id": "ANN"}, "account_id": "BOB"}',
        '{"account_id": ""}',
        '{"account_id": "ANN "}',
        '{"account_id": " ANN"}',
        '{"account_id": "ANN\\u0000"}',
        '{"account_id": "{ANN}"}',
        '{"account_id": "urn:uuid:ANN"}',
        '{"account_id": "ANN,BOB"}',
        '{"account_id": "6d071ccafda54a0384d55bea65904480"}',
        '{"account_id": "*"}',
    ],
)
def test_another_account(guarded, text):
    refused(guarded, replaced(text, guarded), 403, 11063)


@pytest.mark.parametrize(
    "text", ['{"account_id": %s}' % value for value in ("null", "1", "true", '["ANN"]', '{"account_id": "ANN"}', "[]")]
)
def test_an_account_that_is_no_string(guarded, text):
    refused(guarded, replaced(text, guarded), 400, 12022)


@pytest.mark.parametrize(
    "text",
    [
        '{"account_id": "ANN", "account_id": "BOB"}',
        '{"account_id": "BOB", "account_id": "ANN"}',
        '{"account_id": "ANN", "account_id": "ANN"}',
        '{"account_id": "ANN", "account\\u005fid": "BOB"}',
        '{"account\\u005fid": "BOB", "account_id": "ANN"}',
        '{"\\u0061ccount_id": "ANN", "a\\u0063count_id": "ANN"}',
        '{"name": "x", "name": "x"}',
        '{"data": {}, "d\\u0061ta": {}}',
        '{"account_id": "ANN", "x": {"account_id": "BOB"}, "account_id": null}',
    ],
)
def test_a_name_twice(guarded, text):
    refused(guarded, replaced(text, guarded), 400, 12022, 12027)


@pytest.mark.parametrize(
    "text",
    ["[]", "null", "1", '"account_id"', "true", '[{"account_id": "ANN"}]', '"{}"', " 0 "],
)
def test_what_is_not_an_object(guarded, text):
    refused(guarded, replaced(text, guarded), 400, 12022, 12027)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "}",
        "{}}",
        "{}{}",
        "{} null",
        '{"account_id": "BOB"}{"account_id": "ANN"}',
        '{"account_id": "ANN"}\n{"account_id": "BOB"}',
        '{"account_id": "ANN",}',
        "{'account_id': 'BOB'}",
        "{account_id: 'BOB'}",
        '/*{"account_id": "BOB"*/{}',
        '{} // {"account_id": "BOB"}',
        '{"x": NaN}',
        '{"x": Infinity}',
        '{"x": 01}',
        '{"x": +1}',
        '{"x": .5}',
        '{"x": 0x1}',
        '{"x": tru}',
        '{"x": "\\x61"}',
        '{"account_id\\ud800": "BOB"}',
        '{"x": "\\udc00\\ud800"}',
        '{"x": "\t"}',
        "\f{}",
        "\u00a0{}",
        "\u200b{}",
        "\x00{}",
        "{}\x00",
        "while(1);{}",
    ],
)
def test_what_is_not_json(guarded, text):
    refused(guarded, replaced(text, guarded), 400, 12027)


def test_no_content_at_all(guarded):
    for method, path in targets(guarded):
        guarded.refused(guarded.ask(method, path, [JSON]), 400, 12027)


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"account_id": "%b"}',
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"account\xc1\x9fid": "%b"}',
        b'{"account\xe0\x81\x9fid": "%b"}',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\xf4\x90\x80\x80"}',
        b'{"name": "\xc3"}',
        b'{"name": "\x80"}',
    ],
)
def test_a_byte_order_mark_and_bytes_that_are_not_utf_8(guarded, content):
    refused(guarded, content.replace(b"%b", guarded.bob.account_id.encode()), 400, 12027)


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7"])
def test_other_character_codings(guarded, coding):
    text = '{"account_id": "%s", "naïve": "+"}' % guarded.bob.account_id
    status, code = (403, 11063) if coding == "utf-7" else (400, 12027)
    refused(guarded, text.encode(coding), status, code)


def test_deep_nesting(guarded):
    for depth in (65, 1000, 10_000, 400_000):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            closed = b'{"x":' + opening * depth + (b"1" if closing == b"}" else b"") + closing * depth + b"}"
            for content in (closed, b'{"x":' + opening * depth, opening * depth):
                if len(content) <= MEBIBYTE:
                    refused(guarded, content, 400, 12027)
    content = b'{"x":' + b"[" * 63 + b"]" * 63 + b"}"
    passes(guarded, content, b'{"account_id":"%b",' % guarded.ann.account_id.encode() + content[1:])


def test_many_names(guarded):
    content = json.dumps({f"n{number}": 0 for number in range(20_000)}).encode()
    refused(guarded, content, 400, 12022, 12027)
    # The name at the end counts as much as the first.
    pairs = [f'"n{number}":0' for number in range(900)]
    refused(guarded, ("{" + ",".join([*pairs, '"account_id":"x"']) + "}").encode(), 403, 11063)


def test_a_mebibyte_is_the_end(guarded):
    own = guarded.ann.account_id.encode()
    padded = b'{"p":"%b"}' % (b"x" * (MEBIBYTE - 8))
    assert len(padded) == MEBIBYTE
    passes(guarded, padded, b'{"account_id":"%b",' % own + padded[1:])
    refused(guarded, padded + b" ", 413, 12046)
    for method, path in targets(guarded):
        # By the length alone, before any of the content is there; and by chunks, before the last of them.
        fields = guarded.fields([JSON])
        head = request_bytes(method, route(path), [*fields, ("Content-Length", str(MEBIBYTE + 1))])
        guarded.refused(guarded.send(head), 413, 12046)
        head = request_bytes(method, route(path), [*fields, ("Transfer-Encoding", "chunked")])
        guarded.refused(guarded.send(head + chunked(padded, b" ")[:-5]), 413, 12046)


def test_what_passes_keeps_every_byte(guarded):
    own = guarded.ann.account_id
    text = '{ "z":1.50e+3,"a"\n:\t12345678901234567890123, "data":{"account_id":"x","account_id":null},'
    text += ' "n":"\\u0041\\/é😀"}'
    passes(guarded, text.encode(), ('{"account_id":"%s",' % own + text[1:]).encode())
    passes(guarded, b"{}", b'{"account_id":"%b"}' % own.encode())
    passes(guarded, b" { } ", b' {"account_id":"%b" } ' % own.encode())
    for written in (
        '"account_id":"%s"' % own,
        '"account_id" : "%s"' % own.upper(),
        '"\\u0061ccount\\u005Fid":"\\u0036%s"' % own[1:],
    ):
        content = ('{"x":[{}],%s,"y":-0.0}' % written).encode()
        passes(guarded, content, content)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
    ]
    + ["application/json-patch+json", "application/vnd.api+json", "text/json", "application/json, text/plain", "json"]
    + [f"application/json; charset={name}" for name in ("utf-16", "latin1", "utf-7", "utf8x", '"utf-16"', "")]
    + ["application/json; charset=utf-8; charset=utf-16", "application/json; charset=utf-16; charset=utf-8"]
    + ["application/json; odata=verbose; charset=utf-16", 'application/json; x="; charset=utf-16"']
    + ["application/json charset=utf-16", "application/x+json; charset=utf-8", "*/*"],
)
def test_content_that_is_not_declared_as_json(guarded, value):
    for content in (b"{}", b'{"account_id": "%b"}' % guarded.bob.account_id.encode()):
        refused(guarded, content, 400, 12017, fields=[] if value is None else [("Content-Type", value)])


def test_two_content_types(guarded):
    for second in ("application/json", "text/plain"):
        refused(guarded, b"{}", 400, 12017, 12046, fields=[JSON, ("Content-Type", second)])


@pytest.mark.parametrize(
    "value",
    ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"', "application/json ;", "application/json"]
    + ["application/json; charset=utf8", "application/json;odata=verbose;charset=UTF-8"],
)
def test_content_that_is(guarded, value):
    passes(guarded, b"{}", b'{"account_id":"%b"}' % guarded.ann.account_id.encode(), fields=[("Content-Type", value)])


@pytest.mark.parametrize(
    "coding", ["gzip", "deflate", "br", "compress", "zstd", "x-gzip", "identity, gzip", "gzip, identity"]
)
def test_encoded_content(guarded, coding):
    content = gzip.compress(b'{"account_id": "%b"}' % guarded.bob.account_id.encode())
    for data in (content, b"{}"):
        refused(guarded, data, 400, 12017, fields=[JSON, ("Content-Encoding", coding)])
        refused(
            guarded, data, 400, 12017, fields=[JSON, ("Content-Encoding", "identity"), ("content-encoding", coding)]
        )


def test_content_that_is_encoded_as_itself(guarded):
    fields = [JSON, ("Content-Encoding", "identity")]
    passes(guarded, b"{}", b'{"account_id":"%b"}' % guarded.ann.account_id.encode(), fields=fields)


def test_replacement_that_names_another_account(guarded):
    """Nobody gives a stream away, and nobody's stream is replaced by another's: not for the wide readers either."""
    bob = b'{"account_id":"%b"}' % guarded.bob.account_id.encode()
    guarded.refused(guarded.ask("PUT", f"/streams/{guarded.mine}", [JSON], bob), 403, 11063)
    for person in (guarded.reader, guarded.root):
        stream = guarded.origin.add(person.account_id)
        for method, path in (("PUT", f"/streams/{stream}"), ("POST", "/streams")):
            guarded.refused(guarded.ask(method, path, [JSON], bob, credentials=person.basic), 403, 11063)
