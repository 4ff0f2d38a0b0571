"""Routes of Python plugins: who reaches them, what they are told, and what never gets there."""

from __future__ import annotations

import json

import pytest

import plugins
from accounts import basic, bearer
from origins import EchoOrigin
from plugins import MIRROR, ask
from proxy_process import command
from vocabulary import assert_error, challenges


@pytest.fixture(scope="module")
def proxy(start_module_proxy):
    """A proxy with the same plugin under four names, each with other access."""
    proxy = start_module_proxy(
        EchoOrigin(),
        account_header=1,
        prepare=lambda folder: [plugins.add(folder, name, MIRROR) for name in ("mirror", "open", "streams", "water")],
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror", "open", "streams", "water"],
        LUNA_API_PLUGIN_HOST={
            "access": {"open": "open", "streams": "permission:streams", "water": "permission:water"}
        },
    )
    plugins.wait_running(proxy, "mirror", "open", "streams", "water")
    return proxy


def test_plugins_are_listed(proxy):
    told = plugins.statuses(proxy)
    assert list(told) == ["luna-streams", "mirror", "open", "streams", "water"]
    assert told["luna-streams"] == {"name": "luna-streams", "status": "running"}
    assert told["mirror"] == {
        "name": "mirror",
        "status": "running",
        "kinds": ["background"],
        "host_restarts": 0,
        "lost_points": 0,
    }


# Who


def test_any_valid_credentials_reach_a_plugin(proxy, accounts):
    for credentials in (accounts.ann.basic, bearer(accounts.ann.tokens["view"]), ("Luna-Account-Id", accounts.ann.account_id)):
        answer = ask(proxy, "/mirror/mirror", credentials)
        assert answer.status == 200, answer
        assert answer.json()["account"] == accounts.ann.account_id
    answer = ask(proxy, "/mirror/mirror")
    assert_error(answer, 401, 11065)
    assert challenges(answer) == {"basic", "bearer"}
    assert_error(ask(proxy, "/mirror/mirror", basic(accounts.ann.login, "wrong")), 401, 41006)
    assert_error(ask(proxy, "/mirror/mirror", bearer("x.y.z")), 401, 11062)


def test_an_open_plugin_is_for_everybody(proxy, accounts):
    for credentials in ((), (bearer("x.y.z"),), (accounts.ann.basic,)):
        answer = ask(proxy, "/open/mirror", *credentials)
        assert answer.status == 200
        assert answer.json()["account"] is None


@pytest.mark.parametrize("method, verb", [("GET", "view"), ("POST", "creation"), ("PUT", "modification"), ("DELETE", "deletion")])
def test_a_token_must_hold_the_verb_under_the_plugins_key(proxy, accounts, method, verb):
    for held, token in accounts.ann.tokens.items():
        answer = ask(proxy, "/streams/mirror", bearer(token), method=method)
        if held in (verb, "all"):
            assert answer.status == 200
        else:
            assert_error(answer, 403, 11059)
            assert f"'{verb}'" in answer.json()["detail"]
    assert ask(proxy, "/streams/mirror", accounts.ann.basic, method=method).status == 200


def test_the_key_is_the_plugins_own(proxy, accounts):
    made = command(
        proxy.folder, "token", "create", "--login", accounts.ann.login, "--permissions", '{"water": ["view"], "x": 1}'
    )
    token = bearer(made["token"])
    # Known on every worker, it is a token without a verb for streams.
    plugins.wait(lambda: proxy.status_for(token) == 403, "the token to be known", proxy)
    assert ask(proxy, "/mirror/mirror", token).status == 200
    assert_error(ask(proxy, "/streams/mirror", token), 403, 11059)
    assert_error(ask(proxy, "/water/mirror", token, method="POST"), 403, 11059)
    assert_error(ask(proxy, "/water/mirror", bearer(accounts.ann.tokens["all"])), 403, 11059)
    answer = ask(proxy, "/water/mirror", token)
    assert answer.status == 200
    fields = dict(answer.json()["headers"])
    assert json.loads(fields["Luna-Token-Permissions"]) == {"water": ["view"], "x": 1}
    assert fields["Luna-Token-Id"] == made["token_id"]


def test_no_credential_reaches_a_plugin(proxy, accounts):
    for person in accounts.people:
        for credentials in (person.basic, *map(bearer, person.tokens.values())):
            for plugin in ("mirror", "open"):
                answer = ask(proxy, f"/{plugin}/mirror", credentials, method="GET")
                assert answer.status == 200
                assert not any(secret.encode() in answer.content for secret in accounts.secrets)


# What


def test_a_plugin_is_told_who_asks_and_what(proxy, accounts):
    answer = ask(
        proxy,
        "/mirror/mirror/%C3%A4b?a=1&a=%2f;x&account_id=foreign",
        bearer(accounts.root.tokens["all"]),
        ("Luna-Request-Id", "1795389168,6734205f-ad91-4846-87e1-6de8f0d82e5d"),
        ("X-Custom", "kept"),
        method="POST",
        content=b"hello",
    )
    told = answer.json()
    assert (told["method"], told["path"]) == ("POST", "/6/plugins/mirror/mirror/%C3%A4b")
    assert told["query"] == "a=1&a=%2f;x&account_id=foreign", "no rule of account separation"
    assert (told["body"], told["match_info"]) == ("hello", {"name": "äb"})
    fields = dict(told["headers"])
    assert fields["Luna-Account-Id"] == accounts.root.account_id
    assert fields["Luna-Account-Type"] == "admin"
    assert json.loads(fields["Luna-Token-Permissions"])["streams"]
    assert fields["Luna-Request-Id"] == "1795389168,6734205f-ad91-4846-87e1-6de8f0d82e5d"
    assert answer.fields.one("Luna-Request-Id") == fields["Luna-Request-Id"]
    assert (fields["X-Forwarded-For"], fields["X-Forwarded-Proto"]) == ("127.0.0.1", "http")
    assert fields["X-Custom"] == "kept"
    assert "Authorization" not in fields


@pytest.mark.parametrize("plugin", ["mirror", "open"])
def test_nobody_names_somebody_else(proxy, accounts, plugin):
    claims = [
        (name, "canary-claim")
        for name in (
            "Luna-Account-Type",
            "luna-token-id",
            "LUNA-TOKEN-PERMISSIONS",
            "Luna_Account_Id",
            "Luna.Account.Type",
            "Luna-Account-Login",
            "Luna_Token-Permissions",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Prefix",
            "Forwarded",
            "X-Original-URL",
            "X-HTTP-Method-Override",
        )
    ]
    answer = ask(proxy, f"/{plugin}/mirror", accounts.ann.basic, *claims)
    assert answer.status == 200
    assert b"canary-claim" not in answer.content
    fields = dict(answer.json()["headers"])
    assert fields.get("Luna-Account-Type") == (None if plugin == "open" else "user")
    assert "Luna-Token-Id" not in fields and "Luna-Token-Permissions" not in fields


def test_content_of_any_framing_arrives(proxy, accounts):
    big = b"x" * 300_000
    assert ask(proxy, "/mirror/mirror", accounts.ann.basic, method="PUT", content=big).json()["body"] == big.decode()
    with proxy.connect() as connection:
        name, value = accounts.ann.basic
        connection.send(
            f"POST /6/plugins/mirror/mirror HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".encode()
        )
        assert connection.read_answer().json()["body"] == "abcde"


def test_connections_to_a_plugin_persist(proxy, accounts):
    with proxy.connect() as connection:
        for _ in range(5):
            connection.ask("GET", "/6/plugins/mirror/mirror", [accounts.ann.basic])
            assert connection.read_answer().status == 200
            connection.ask("GET", "/6/plugins/luna-streams/streams", [accounts.ann.basic])
            assert connection.read_answer().status == 200


# Where


@pytest.mark.parametrize(
    "path",
    [
        "/mirror/mirror%2fx", "/mirror/mirror%5cx", "/mirror/mirror%00", "/mirror/./mirror", "/mirror/../open/mirror",
        "/mirror/%2e%2e/open/mirror", "/mirror//mirror", "/mirror/mirror;x", "/mirror/mirror%3bx", "/mirror/mirror%252fx",
        "/mirror", "/Mirror/mirror", "/mirrors/mirror", "/mir%72or/mirror", "//mirror/mirror", "/other/mirror",
    ],
)
def test_what_could_mean_two_things_is_no_page(proxy, accounts, path):
    assert_error(ask(proxy, path, accounts.ann.basic), 404, 12013)


@pytest.mark.parametrize("path", ["/mirror/mirror\\x", "/mirror/mirror\x01", "/mirror/%", "/mirror/%g0", "/mirror/\x80"])
def test_what_is_no_target_is_refused(proxy, accounts, path):
    with proxy.connect() as connection:
        name, value = accounts.ann.basic
        connection.send(f"GET /6/plugins{path} HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n\r\n".encode("latin-1"))
        assert connection.read_answer().status in (400, 404)


def test_what_a_plugin_has_not_registered_is_its_answer(proxy, accounts):
    assert ask(proxy, "/mirror/nothing", accounts.ann.basic).status == 404
    assert ask(proxy, "/mirror/", accounts.ann.basic).status == 200
    assert ask(proxy, "/mirror/mirror/", accounts.ann.basic).status == 200


def test_options_and_other_methods(proxy, accounts):
    answer = ask(proxy, "/mirror/mirror", method="OPTIONS")
    assert answer.status == 204
    assert set(answer.fields.options("Allow")) == {"get", "head", "post", "put", "patch", "delete", "options"}
    assert_error(ask(proxy, "/mirror/mirror", accounts.ann.basic, method="PROPFIND"), 405, 12021)
    head = ask(proxy, "/mirror/mirror", accounts.ann.basic, method="HEAD")
    assert (head.status, head.content) == (200, b"")


def test_the_builtin_plugin_is_as_ever(proxy, accounts):
    proxy.origin.forget()
    assert proxy.ask("GET", "/streams/count").status == 200
    assert [request.target for request in proxy.origin.requests] == ["/1/streams/count"]
