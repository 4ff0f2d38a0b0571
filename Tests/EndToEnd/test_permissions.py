"""What a token allows: verbs by method, and the accounts it may look into (section 4)."""

from __future__ import annotations

import json

import pytest

from accounts import VERBS, basic, bearer, create_token
from origins import EchoOrigin
from proxy_process import command
from vocabulary import OPEN, ROUTES, VERB, assert_error
from wire import eventually

GUARDED = [(path, method) for path, methods, _ in ROUTES if path not in OPEN for method in methods]


@pytest.mark.parametrize("held", VERBS)
@pytest.mark.parametrize("path, method", GUARDED)
def test_a_token_passes_only_with_the_verb_of_the_method(proxy, accounts, path, method, held):
    content = json.dumps({"account_id": accounts.ann.account_id}).encode() if method in ("POST", "PUT") else None
    answer = proxy.ask(method, path, content=content, credentials=bearer(accounts.ann.tokens[held]))
    if VERB[method] == held:
        assert answer.status == 200
        return
    assert_error(answer, 403, 11059, method=method)
    if method != "HEAD":
        assert VERB[method] in answer.json()["detail"]
    assert proxy.origin.requests == []


@pytest.mark.parametrize("path", OPEN)
def test_open_routes_need_no_verb(proxy, accounts, path):
    assert proxy.ask("GET", path, credentials=bearer(accounts.ann.tokens["deletion"])).status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_basic_and_the_account_header_need_no_verb(proxy, accounts, method):
    for credentials in (accounts.ann.basic, ("Luna-Account-Id", accounts.ann.account_id)):
        assert proxy.ask(method, "/streams/logs", credentials=credentials).status == 200


@pytest.mark.parametrize(
    "permissions",
    [
        "{}",
        '{"streams": []}',
        '{"face": ["view"]}',
        '{"Streams": ["view"]}',
        '{"face": ["view"], "lambdas": ["creation"]}',
    ],
)
def test_without_the_streams_key_nothing_is_allowed(start_proxy, accounts, permissions):
    proxy = start_proxy(EchoOrigin())
    made = command(proxy.folder, "token", "create", "--login", accounts.ann.login, "--permissions", permissions)
    eventually(lambda: proxy.status_for(bearer(made["token"])) == 403, 2, "the new token")
    for method in ("GET", "POST", "DELETE"):
        answer = proxy.ask(
            method, "/streams", credentials=bearer(made["token"]), content=b"{}" if method == "POST" else None
        )
        assert_error(answer, 403, 11059)
    assert proxy.origin.requests == []


def test_a_method_override_overrides_nothing(proxy, accounts):
    view = bearer(accounts.ann.tokens["view"])
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = proxy.ask("DELETE", "/streams", [(name, "GET")], credentials=view)
        assert_error(answer, 403, 11059)
    assert proxy.origin.requests == []
    assert proxy.ask("GET", "/streams", [("X-HTTP-Method-Override", "DELETE")], credentials=view).status == 200
    assert "x-http-method-override" not in proxy.origin.requests[0].fields


def test_visibility_all_holds_only_while_the_account_has_the_wider_view(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin())
    _, token = create_token(proxy.folder, accounts.reader.login, VERBS, "--visibility-area", "all")
    eventually(lambda: proxy.status_for(bearer(token)) == 200, 2, "the new token")
    command(proxy.folder, "account", "update", "--login", accounts.reader.login, "--type", "user")
    eventually(lambda: proxy.status_for(bearer(token)) == 403, 2, "the downgraded account")
    assert_error(proxy.ask("GET", "/streams", credentials=bearer(token)), 403, 11062)


def test_the_account_that_goes_upstream_is_the_tokens_own(proxy, accounts):
    for token, account_id in (
        (accounts.ann.tokens["view"], accounts.ann.account_id),
        (accounts.root.tokens["all"], accounts.root.account_id),
    ):
        proxy.origin.forget()
        assert proxy.ask("GET", "/streams/count", credentials=bearer(token)).status == 200
        assert proxy.origin.requests[0].fields.all("Luna-Account-Id") == [account_id]


def test_a_password_does_not_open_a_token_and_the_reverse(proxy, accounts):
    ann = accounts.ann
    assert_error(proxy.ask("GET", "/streams", credentials=bearer(ann.password)), 401, 11062)
    assert_error(proxy.ask("GET", "/streams", credentials=basic(ann.login, ann.tokens["all"])), 401, 41006)
