"""`/6/tokens` and `/6/account`: who is refused there, which requests are, and that nothing has changed then."""

from __future__ import annotations

import uuid

import pytest

from accounts import VERBS, basic, bearer, create_token
from desk import JSON, SOON, Desk
from vocabulary import assert_error, challenges
from wire import chunked, eventually, request_bytes


@pytest.fixture(scope="module")
def desk(start_module_proxy) -> Desk:
    return Desk(start_module_proxy)


PATHS = [("/6/tokens", ("GET", "HEAD", "POST")), ("/6/tokens/{}", ("GET", "HEAD", "PUT", "PATCH", "DELETE"))]
PATHS.append(("/6/account", ("GET", "HEAD")))
REQUESTS = [(path, method) for path, methods in PATHS for method in methods]


@pytest.mark.parametrize("path, method", REQUESTS)
def test_only_by_password(desk, accounts, path, method):
    made = desk.create()
    path = path.format(made["token_id"])
    value = {"permissions": {"streams": list(VERBS)}} if method in ("POST", "PUT", "PATCH") else None
    _, own = create_token(desk.proxy.folder, desk.eve.login, VERBS)
    desk.becomes(own, 200)
    for credentials in (bearer(own), bearer(accounts.root.tokens["all"]), ("Luna-Account-Id", desk.eve.account_id)):
        assert_error(desk.ask(method, path, value, credentials), 403, 11064, method=method)
    for credentials, code in (
        (None, 11065),
        (basic(desk.eve.login, "wrong"), 41006),
        (basic("nobody@visionlabs.ai", desk.eve.password), 41006),
        (bearer("a.b.c"), 11062),
        (("Authorization", "Digest x"), 11065),
    ):
        answer = desk.ask(method, path, value, credentials)
        assert_error(answer, 401, code, method=method)
        assert challenges(answer)
    assert desk.ask("GET", made["url"]).json()["permissions"] == {"streams": ["view"]}


def test_what_a_token_may_not_be(desk):
    made = desk.create()
    for value, status, code in (
        ({"permissions": {"streams": ["view", "matching"]}}, 400, 12022),
        ({"permissions": {"streams": ["View"]}}, 400, 12022),
        ({"permissions": {"streams": "view"}}, 400, 12022),
        ({"permissions": {"streams": [["view"]]}}, 400, 12022),
        ({"permissions": ["streams"]}, 400, 12022),
        ({"permissions": None}, 400, 12022),
        ({"permissions": {}, "visibility_area": "everybody"}, 400, 12022),
        ({"permissions": {}, "visibility_area": None}, 400, 12022),
        ({"permissions": {}, "visibility_area": "all"}, 403, 11062),
        ({"permissions": {}, "expiration_time": "tomorrow"}, 400, 12022),
        ({"permissions": {}, "expiration_time": 4102444800}, 400, 12022),
        ({"permissions": {}, "expiration_time": "2100-02-30T00:00:00Z"}, 400, 12022),
        ({"permissions": {}, "description": "x" * 129}, 400, 12022),
        ({"permissions": {}, "description": 5}, 400, 12022),
        ({"permissions": {}, "account_id": desk.zoe.account_id}, 400, 12022),
        ({"permissions": {}, "token_id": str(uuid.uuid4())}, 400, 12022),
        ({"permissions": {"x": "y" * 9000}}, 400, 12022),
        ([], 400, 12022),
        ("permissions", 400, 12022),
    ):
        for method, path in (("POST", "/6/tokens"), ("PUT", made["url"]), ("PATCH", made["url"])):
            assert_error(desk.ask(method, path, value), status, code)
    assert_error(desk.ask("POST", "/6/tokens", {}), 400, 12022)
    assert desk.ask("GET", made["url"]).json()["permissions"] == {"streams": ["view"]}


def test_the_wider_view_is_for_who_has_it(desk):
    made = desk.create({"permissions": {"streams": ["view"]}, "visibility_area": "all"}, desk.zoe.basic)
    desk.becomes(made["token"], 200)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{}{}", b"\xef\xbb\xbf{}", b'{"permissions": {}, "permissions": {}}', b"[" * 10_000, b'{"a": "\xff"}']
    + [b'{"permissions": {"x": ' + b"[" * 40 + b"]" * 40 + b"}}", '{"permissions": {}}'.encode("utf-16")],
)
def test_content_that_is_not_good_json(desk, content):
    made = desk.create()
    for method, path in (("POST", "/6/tokens"), ("PUT", made["url"]), ("PATCH", made["url"])):
        assert_error(desk.ask(method, path, fields=[JSON], content=content), 400, 12022, 12027)


@pytest.mark.parametrize(
    "value", [None, "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"]
)
def test_content_of_another_type(desk, value):
    fields = [] if value is None else [("Content-Type", value)]
    assert_error(desk.ask("POST", "/6/tokens", fields=fields, content=b'{"permissions": {}}'), 400, 12017)


def test_too_much_content(desk):
    content = b'{"permissions": {}}' + b" " * ((1 << 20) - 19)
    assert desk.ask("POST", "/6/tokens", fields=[JSON], content=content).status == 201
    assert_error(desk.ask("POST", "/6/tokens", fields=[JSON], content=content + b" "), 413, 12046)
    head = request_bytes("POST", "/6/tokens", [desk.eve.basic, JSON, ("Transfer-Encoding", "chunked")])
    with desk.proxy.connect() as connection:
        connection.send(head + chunked(content, b" ")[:-5])
        assert_error(connection.read_answer("POST"), 413, 12046)
    with desk.proxy.connect() as connection:
        connection.send(head + chunked(content[:10], content[10:19]))
        assert connection.read_answer("POST").status == 201


def test_expect_continue(desk):
    fields = [JSON, ("Expect", "100-continue"), ("Content-Length", "19")]
    with desk.proxy.connect() as connection:
        connection.send(request_bytes("POST", "/6/tokens", [desk.eve.basic, *fields]))
        assert connection.read_head().status == 100
        connection.send(b'{"permissions": {}}')
        assert connection.read_answer("POST").status == 201
    with desk.proxy.connect() as connection:
        connection.send(request_bytes("POST", "/6/tokens", [basic(desk.eve.login, "wrong"), *fields]))
        answer = connection.read_answer("POST")
        assert_error(answer, 401, 41006)
        assert answer.interim == []


def test_head_is_get_without_content(desk):
    for path in ("/6/tokens", desk.create()["url"], "/6/account"):
        get, head = desk.ask("GET", path), desk.ask("HEAD", path)
        assert head.status == 200
        assert head.fields.one("Content-Length") == str(len(get.content))


def test_options_and_other_methods(desk):
    for path, methods in PATHS:
        path = path.format(uuid.uuid4())
        answer = desk.ask("OPTIONS", path, credentials=None)
        assert answer.status == 204
        assert set(answer.fields.options("Allow")) == {method.lower() for method in (*methods, "OPTIONS")}
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} - set(methods):
            answer = desk.ask(method, path, content=b"{}" if method in ("POST", "PUT", "PATCH") else None)
            assert_error(answer, 405, 12021)
            assert set(answer.fields.options("Allow")) == {name.lower() for name in (*methods, "OPTIONS")}


def test_paths_beside_them(desk):
    token_id = desk.create()["token_id"]
    for path in (
        "/6/tokens/",
        "/6/tokens/x",
        f"/6/tokens/{token_id}/",
        f"/6/tokens/{token_id}x",
        "/6/token",
        "/6/account/",
    ):
        assert_error(desk.ask("GET", path), 404, 12013)
    for path in (
        f"/6/tokens/%2e%2e/{token_id}",
        "/6/tokens%2f",
        f"/6//tokens/{token_id}",
        "/6/plugins/luna-streams/6/tokens",
    ):
        assert desk.ask("GET", path).status in (400, 404)
    assert desk.ask("GET", f"/6/tokens/{token_id.upper()}").status == 200


def test_nothing_of_it_goes_upstream(desk):
    desk.proxy.origin.forget()
    made = desk.create()
    desk.ask("PATCH", made["url"], {"description": "x"})
    desk.ask("GET", "/6/account")
    assert desk.proxy.origin.requests == []


def test_a_file_that_cannot_be_used(start_proxy):
    """500, nothing pretended; and the file's trouble is told to the operator, not to the client."""
    desk = Desk(start_proxy)
    file = desk.proxy.folder / "accounts.json"
    good = file.read_text()
    file.write_text('{"canary-of-the-file": ')
    answer = desk.ask("POST", "/6/tokens", {"permissions": {}})
    assert_error(answer, 500, 11042)
    assert "canary" not in answer.content.decode() and "accounts.json" not in answer.content.decode()
    eventually(lambda: "accounts.json" in desk.proxy.text, SOON, "a word on the file")
    file.write_text(good)
    eventually(lambda: desk.ask("POST", "/6/tokens", {"permissions": {}}).status == 201, SOON, "the file's repair")


def test_new_tokens_are_never_printed(start_proxy):
    desk = Desk(start_proxy)
    tokens = [desk.create()["token"] for _ in range(3)]
    desk.ask(
        "POST",
        "/6/tokens?token=canary-query",
        {"description": "canary-description", "permissions": {"x": "canary-x"}, "canary-name": 1},
    )
    desk.ask("POST", "/6/tokens", fields=[JSON], content=b'{"canary-broken')
    desk.proxy.stop()
    for secret in (*tokens, *(token.split(".")[2] for token in tokens), "canary", desk.eve.password, desk.eve.basic[1]):
        assert secret not in desk.proxy.text
