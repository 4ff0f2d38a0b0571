"""Attempts to reach another account's streams by queries and ids: all of them fail (section 4)."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from guarded import ITEM_ROUTES, JSON, Guarded, content_of
from test_upgrade import UPGRADE
from vocabulary import VERB, assert_error, route
from wire import chunked, eventually, request_bytes

CONTENT = b'{"name": "x"}'


@pytest.fixture(scope="module")
def guarded(start_module_proxy, accounts) -> Guarded:
    return Guarded(start_module_proxy, accounts)


@pytest.mark.parametrize("name", ["account_id", "account%5Fid", "account%5fid", "%61ccount_id", "accoun%74%5f%69d"])
def test_another_account_in_the_query_however_it_is_written(guarded, name):
    bob = guarded.bob.account_id
    values = [bob, bob.upper(), bob.replace("-", "%2D"), "%2a", "", f"{guarded.ann.account_id}%00", "null", "*"]
    for value in values:
        for query in (f"{name}={value}", f"page=1&{name}={value}", f"{name}={value}&", f"&&{name}={value}&x=1"):
            for method, path in (
                ("GET", "/streams"),
                ("DELETE", "/streams"),
                ("GET", "/streams/count"),
                ("DELETE", "/streams/logs"),
                ("POST", "/streams"),
                ("PUT", f"/streams/{guarded.mine}"),
                ("GET", f"/streams/{guarded.mine}/preview/handler/live"),
            ):
                answer = guarded.ask(method, f"{path}?{query}", [JSON], content_of(method))
                guarded.refused(answer, 403, 11063)


def test_the_name_without_a_value(guarded):
    for query in ("account_id", "account_id&page=1", "page=1&account%5Fid"):
        guarded.refused(guarded.ask("DELETE", f"/streams?{query}"), 403, 11063)


@pytest.mark.parametrize("second", ["account_id", "account%5Fid", "%61%63count_id"])
def test_two_accounts_in_the_query(guarded, second):
    ann, bob = guarded.ann.account_id, guarded.bob.account_id
    for first_value, second_value in ((ann, bob), (bob, ann), (ann, ann), (bob, bob)):
        for method, path in (("GET", "/streams"), ("DELETE", "/streams"), ("GET", f"/streams/{guarded.mine}")):
            answer = guarded.ask(method, f"{path}?account_id={first_value}&x=1&{second}={second_value}")
            guarded.refused(answer, 400, 12046)


@pytest.mark.parametrize(
    "query",
    ["x;account_id={bob}", "page=1;account%5Fid={bob}", "account_id={ann};account_id={bob}", ";", "x=1#", "#", "x#&y"]
    + ["account_id={bob}#", "x%=", "x%zz", "x%u0041", "x=\xe9", "x=\x7f"],
)
def test_queries_that_two_readers_could_take_differently(guarded, query):
    query = query.format(ann=guarded.ann.account_id, bob=guarded.bob.account_id)
    for method, path in (("GET", "/streams"), ("DELETE", "/streams"), ("DELETE", f"/streams/{guarded.mine}")):
        answer = guarded.send(request_bytes(method, f"{route(path)}?{query}", guarded.fields()))
        guarded.refused(answer, 400, 12046)


@pytest.mark.parametrize("name", ["account_id", "account%5Fid", "account%5fid", "%61ccount_id"])
def test_the_own_account_however_it_is_written(guarded, name):
    """What passes is written anew, so that no reader behind us can see another account in it."""
    ann = guarded.ann.account_id
    for value in (ann, ann.upper(), ann.replace("-", "%2d"), "%36" + ann[1:]):
        assert guarded.ask("GET", f"/streams?a=1&{name}={value}&b=%31").status == 200
        assert guarded.only().target == f"/1/streams?a=1&account_id={ann}&b=%31"
        assert guarded.ask("GET", f"/streams/{guarded.mine}?a=1&{name}={value}&b=%31").status == 200
        assert guarded.only().target == f"/1/streams/{guarded.mine}?a=1&b=%31"
        assert guarded.ask("GET", f"/streams/{guarded.mine}?{name}={value}").status == 200
        assert guarded.only().target.rstrip("?") == f"/1/streams/{guarded.mine}"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "&",
        "&&",
        "=",
        "?account_id",
        "x=1&&",
        "account%255Fid={bob}",
        "ACCOUNT_ID={bob}",
        "filter[name]={bob}&x={{a|b}}^`\\&y=100%",
    ]
    + [
        "x=account_id={bob}",
        "x=%26account_id={bob}",
        "x%26account_id={bob}",
        "x=%3Baccount_id={bob}",
        "+account_id={bob}",
    ],
)
def test_bulk_requests_always_carry_the_filter(guarded, query):
    """Read by the usual rules, what reaches Luna-Streams names the own account and no other."""
    bob = guarded.bob.account_id
    for method, path in (
        ("GET", "/streams"),
        ("DELETE", "/streams"),
        ("DELETE", "/streams/logs"),
        ("HEAD", "/streams/count"),
    ):
        answer = guarded.ask(method, f"{path}?{query.format(bob=bob)}" if query else path)
        assert answer.status == (204 if method == "DELETE" else 200)
        came = guarded.only()
        pairs = urllib.parse.parse_qsl(came.target.partition("?")[2], keep_blank_values=True)
        assert [value for name, value in pairs if name == "account_id"] == [guarded.ann.account_id], came.target
        assert came.target.startswith(f"/1{path}?{query.format(bob=bob)}")


@pytest.mark.parametrize(
    "name",
    [
        "account_id%ff",
        "%ffaccount_id",
        "account%80_id",
        "account_id%00",
        "account_id%00x",
        "account_id%",
        "account_id%5",
        "account%u005fid",
        "account_id[]",
        "account_id%5B%5D",
        "account_id[0]",
    ],
)
def test_names_that_readers_could_take_for_another_are_refused(guarded, name):
    for method, path in (("GET", "/streams"), ("DELETE", "/streams"), ("GET", f"/streams/{guarded.mine}")):
        answer = guarded.ask(method, f"{path}?{name}={guarded.bob.account_id}")
        guarded.refused(answer, 400, 12046)
    # Whoever reads all accounts has nothing kept from them.
    assert guarded.ask("GET", f"/streams?{name}=1", credentials=guarded.root.basic).status == 200


@pytest.mark.parametrize(
    "method, path",
    [
        ("DELETE", "/streams"),
        ("DELETE", "/streams/logs"),
        ("GET", "/streams"),
        ("GET", "/streams/count"),
        ("HEAD", "/streams/logs"),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_content_can_not_take_the_place_of_the_query(guarded, method, path, is_chunked):
    for content in (json.dumps({"stream_ids": [guarded.foreign]}).encode(), b"{}", b"account_id=1", b" "):
        fields = guarded.fields([JSON])
        if is_chunked:
            data = request_bytes(method, route(path), [*fields, ("Transfer-Encoding", "chunked")]) + chunked(content)
        else:
            data = request_bytes(method, route(path), fields, content)
        guarded.refused(guarded.send(data), 400, 12046, method=method)
    # An empty one is none.
    fields = guarded.fields([("Transfer-Encoding", "chunked")] if is_chunked else [("Content-Length", "0")])
    answer = guarded.send(request_bytes(method, route(path), fields) + (chunked() if is_chunked else b""))
    assert answer.status == (204 if method == "DELETE" else 200)
    assert guarded.only().content == b""


def test_an_absolute_target_changes_nothing(guarded):
    for target in ("http://127.0.0.1:1/1/streams", f"http://h{route('/streams')}?account_id={guarded.bob.account_id}"):
        answer = guarded.send(request_bytes("DELETE", target, guarded.fields()))
        assert answer.status in (400, 403, 404) and guarded.origin.clients == []


def test_foreign_ids_on_every_item_route(guarded):
    for method, tail in ITEM_ROUTES:
        for stream in (guarded.foreign, guarded.foreign.upper(), guarded.absent):
            answer = guarded.ask(method, f"/streams/{stream}{tail}", [JSON], content_of(method))
            guarded.refused(answer, 404, 39001, method=method)
        answer = guarded.ask(method, f"/streams/{guarded.mine.upper()}{tail}", [JSON], content_of(method))
        assert answer.status == (204 if method == "DELETE" else 200)
        assert guarded.only().target == f"/1/streams/{guarded.mine}{tail}"


def test_a_foreign_stream_looks_exactly_like_an_absent_one(guarded):
    """In every byte but the id, the time and the request id."""
    for method, tail in ITEM_ROUTES:
        answers = []
        for _ in range(2):
            for stream in (guarded.foreign, guarded.absent):
                guarded.origin.forget()
                fields = [JSON] if method == "PUT" else []
                answer = guarded.exact(method, f"/streams/{stream}{tail}", fields, content_of(method))
                assert method == "HEAD" or stream.encode() in answer
                answers.append(answer.replace(stream.encode(), b"(stream)"))
                assert guarded.origin.clients == []
        assert len(set(answers)) == 1, answers


@pytest.mark.parametrize(
    "query, content",
    [("?x;y", CONTENT), ("?account_id=x", CONTENT), ("", b"{"), ("", b"[]"), ("", b'{"account_id": 1}')],
)
def test_other_faults_do_not_tell_foreign_from_absent(guarded, query, content):
    for method, tail in ITEM_ROUTES:
        answers = set()
        for stream in (guarded.foreign, guarded.absent):
            data = content if method == "PUT" else None
            answer = guarded.exact(method, f"/streams/{stream}{tail}{query}", [JSON], data)
            answers.add(answer.replace(stream.encode(), b"(stream)"))
        assert len(answers) == 1, answers


def test_no_tunnel_to_a_foreign_stream(guarded):
    for stream in (guarded.foreign, guarded.absent):
        answer = guarded.ask("GET", f"/streams/{stream}/preview/handler/live", UPGRADE)
        guarded.refused(answer, 404, 39001)


def test_a_wide_reader_sees_but_does_not_write(guarded):
    for person in (guarded.reader, guarded.root):
        for method, tail in ITEM_ROUTES:
            path = f"/streams/{guarded.foreign}{tail}"
            answer = guarded.ask(method, path, [JSON], content_of(method), credentials=person.basic)
            if VERB[method] == "view":
                assert answer.status == 200
            else:
                guarded.refused(answer, 403, 11063)
        for path in ("/streams", "/streams/logs"):
            assert guarded.ask("DELETE", path, credentials=person.basic).status == 204
            (came,) = guarded.origin.clients
            assert came.target == f"/1{path}?account_id={person.account_id}"


def test_a_method_override_is_no_way_to_write(guarded):
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        path = f"/streams/{guarded.foreign}"
        answer = guarded.ask("GET", path, [(name, "DELETE")], credentials=guarded.reader.basic)
        assert answer.status == 200
        (came,) = guarded.origin.clients
        assert came.method == "GET" and name.lower() not in came.fields


def test_what_goes_to_both_api_versions_is_guarded_alike(guarded):
    for version in ("1", "2"):
        fields = [("LUNA-STREAMS-API-VERSION", version)]
        guarded.refused(guarded.ask("DELETE", f"/streams/{guarded.foreign}", fields), 404, 39001)
        assert guarded.ask("DELETE", "/streams", fields).status == 204
        assert guarded.only().target == f"/{version}/streams?account_id={guarded.ann.account_id}"


def test_a_new_stream_of_anothers_is_nobodys_but_theirs(start_proxy, accounts):
    """That a stream was not there is remembered for a moment only, and lets nobody else in."""
    guarded = Guarded(start_proxy, accounts)
    stream = guarded.absent
    assert_error(guarded.ask("GET", f"/streams/{stream}"), 404, 39001)
    guarded.origin.owners[stream] = guarded.bob.account_id
    eventually(lambda: guarded.ask("GET", f"/streams/{stream}", credentials=guarded.bob.basic).status == 200, 3)
    guarded.refused(guarded.ask("GET", f"/streams/{stream}"), 404, 39001)
