"""Content that is looked at, however it arrives: in chunks, byte by byte, after 100 Continue, with more behind it."""

from __future__ import annotations

import pytest

from guarded import JSON, Guarded
from vocabulary import assert_error, route
from wire import chunked, request_bytes


@pytest.fixture(scope="module")
def guarded(start_module_proxy, accounts) -> Guarded:
    return Guarded(start_module_proxy, accounts)


def test_content_in_two_chunks_split_at_every_byte(guarded):
    own = guarded.ann.account_id.encode()
    content = b'{"name":"\xc3\xa9\\u00e9","account\\u005fid":"%b"}' % own
    head = request_bytes("POST", route("/streams"), guarded.fields([JSON, ("Transfer-Encoding", "chunked")]))
    for at in range(1, len(content)):
        assert guarded.send(head + chunked(content[:at], content[at:])).status == 201
        assert guarded.only().content == content
    foreign = content.replace(own, guarded.bob.account_id.encode())
    for at in range(1, len(foreign)):
        guarded.refused(guarded.send(head + chunked(foreign[:at], foreign[at:])), 403, 11063)


def test_content_that_arrives_byte_by_byte(guarded):
    own, foreign = (b'{"account_id":"%b"}' % person.account_id.encode() for person in (guarded.ann, guarded.bob))
    for content, status in ((own, 201), (foreign, 403), (b"{}", 201), (b"{", 400)):
        guarded.origin.forget()
        fields = guarded.fields([JSON, ("Transfer-Encoding", "chunked")])
        with guarded.proxy.connect() as connection:
            connection.send(request_bytes("POST", route("/streams"), fields))
            connection.send_slowly(chunked(*(content[at : at + 1] for at in range(len(content)))))
            assert connection.read_answer("POST").status == status
        assert len(guarded.origin.clients) == (1 if status == 201 else 0)


def test_expect_continue(guarded):
    """The content is asked for once the head may pass; it still decides."""
    content = {201: b"{}", 403: b'{"account_id":"%b"}' % guarded.bob.account_id.encode(), 400: b"[]"}
    for status, data in content.items():
        guarded.origin.forget()
        with guarded.proxy.connect() as connection:
            fields = guarded.fields([JSON, ("Expect", "100-continue"), ("Content-Length", str(len(data)))])
            connection.send(request_bytes("POST", route("/streams"), fields))
            assert connection.read_head().status == 100
            assert guarded.origin.clients == []
            connection.send(data)
            assert connection.read_answer("POST").status == status
        assert len(guarded.origin.clients) == (1 if status == 201 else 0)


def test_expect_continue_of_what_the_head_refuses(guarded):
    expect = [("Expect", "100-continue"), ("Content-Length", "2")]
    for method, path, fields, status, code in (
        ("PUT", f"/streams/{guarded.foreign}", [JSON], 404, 39001),
        ("POST", f"/streams?account_id={guarded.bob.account_id}", [JSON], 403, 11063),
        ("POST", "/streams", [], 400, 12017),
        ("POST", "/streams", [JSON, ("Content-Encoding", "gzip")], 400, 12017),
    ):
        answer = guarded.send(request_bytes(method, route(path), guarded.fields([*fields, *expect])))
        guarded.refused(answer, status, code)
        assert answer.interim == []


def test_creation_and_list_in_one_write(guarded):
    """The answers come in order, and no byte of one request becomes part of another."""
    own = guarded.ann.account_id
    listing = request_bytes("GET", route("/streams?x=1"), guarded.fields())
    for content, framing in ((b"{}", "length"), (b'{"p":"%b"}' % (b"x" * 70_000), "length"), (b"{}", "chunked")):
        fields = guarded.fields([JSON])
        if framing == "length":
            creation = request_bytes("POST", route("/streams"), fields, content)
        else:
            creation = request_bytes("POST", route("/streams"), [*fields, ("Transfer-Encoding", "chunked")])
            creation += chunked(content)
        guarded.origin.forget()
        with guarded.proxy.connect() as connection:
            connection.send(creation + listing + creation + listing)
            for method, status in (("POST", 201), ("GET", 200), ("POST", 201), ("GET", 200)):
                assert connection.read_answer(method).status == status
        came = [(request.method, request.target) for request in guarded.origin.clients]
        assert came == [("POST", "/1/streams"), ("GET", f"/1/streams?x=1&account_id={own}")] * 2


def test_a_refused_creation_and_a_list_in_one_write(guarded):
    """Content that was refused is never taken for the next request."""
    smuggled = request_bytes("DELETE", route("/streams"), guarded.fields())
    listing = request_bytes("GET", route("/streams?x=1"), guarded.fields())
    foreign = b'{"account_id":"%b"}' % guarded.bob.account_id.encode()
    for content, status in ((smuggled, 400), (foreign, 403), (foreign + smuggled, 400), (b"[]" + smuggled, 400)):
        guarded.origin.forget()
        with guarded.proxy.connect() as connection:
            connection.send(request_bytes("POST", route("/streams"), guarded.fields([JSON]), content) + listing)
            assert_error(connection.read_answer("POST"), status, 11063, 12022, 12027)
            assert connection.read_answer("GET").status == 200
        assert [request.method for request in guarded.origin.clients] == ["GET"]
