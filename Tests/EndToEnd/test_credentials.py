"""Who may pass: each kind of credentials, each way they can be wrong, and the challenges (sections 4 and 5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone

import pytest

from accounts import VERBS, basic, bearer, create_account, create_token
from origins import EchoOrigin
from vocabulary import assert_error, challenges, route
from wire import eventually

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def encoded(data: bytes) -> "tuple[str, str]":
    return ("Authorization", "Basic " + base64.b64encode(data).decode())


def account_seen(proxy) -> "list[str]":
    """The Luna-Account-Id fields of the only request that came."""
    (request,) = proxy.origin.requests
    return [value.lower() for value in request.fields.all("Luna-Account-Id")]


def test_basic(proxy, accounts):
    for person in accounts.people:
        proxy.origin.forget()
        assert proxy.ask("GET", "/streams/count", credentials=person.basic).status == 200
        assert account_seen(proxy) == [person.account_id]


def test_bearer(proxy, accounts):
    assert proxy.ask("GET", "/streams/count", credentials=bearer(accounts.ann.tokens["view"])).status == 200
    assert account_seen(proxy) == [accounts.ann.account_id]


def test_account_header(proxy, accounts):
    assert proxy.ask("GET", "/streams/count", credentials=("Luna-Account-Id", accounts.ann.account_id)).status == 200
    assert account_seen(proxy) == [accounts.ann.account_id]


def test_an_account_id_in_capitals_is_the_same_account(proxy, accounts):
    field = ("luna-account-ID", accounts.ann.account_id.upper())
    assert proxy.ask("GET", "/streams/count", credentials=field).status == 200
    assert account_seen(proxy) == [accounts.ann.account_id]


@pytest.mark.parametrize("spelling", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_basic_in_any_case(proxy, accounts, spelling):
    value = accounts.ann.basic[1].replace("Basic", spelling)
    assert proxy.ask("GET", "/streams/count", credentials=("authorization", value)).status == 200


@pytest.mark.parametrize("spelling", ["bearer", "BEARER", "bEaReR"])
def test_the_scheme_bearer_in_any_case(proxy, accounts, spelling):
    field = ("AUTHORIZATION", f"{spelling} {accounts.ann.tokens['view']}")
    assert proxy.ask("GET", "/streams/count", credentials=field).status == 200


def test_no_credentials(proxy):
    answer = proxy.ask("GET", "/streams", credentials=None)
    assert_error(answer, 401, 11065)
    assert challenges(answer) == {"basic", "bearer"}
    assert proxy.origin.requests == []


def test_an_unknown_account_id(proxy):
    answer = proxy.ask("GET", "/streams", credentials=("Luna-Account-Id", UNKNOWN))
    assert_error(answer, 401, 11065)
    assert challenges(answer) == {"basic", "bearer"}
    assert proxy.origin.requests == []


@pytest.mark.parametrize(
    "value", ["", "x", "6d071cca-fda5-4a03-84d5", f"{UNKNOWN}x", f"{{{UNKNOWN}}}", f"{UNKNOWN}, {UNKNOWN}"]
)
def test_an_account_id_that_is_no_uuid(proxy, value):
    assert_error(proxy.ask("GET", "/streams", credentials=("Luna-Account-Id", value)), 400, 11037)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("setting", [None, 0])
def test_the_account_header_may_be_off(start_proxy, accounts, setting):
    proxy = start_proxy(EchoOrigin(), account_header=setting)
    field = ("Luna-Account-Id", accounts.ann.account_id)
    assert_error(proxy.ask("GET", "/streams", credentials=field), 403, 11061)
    assert proxy.origin.requests == []
    assert proxy.ask("GET", "/streams", [field], credentials=accounts.ann.basic).status == 200
    assert proxy.ask("GET", "/version", credentials=field).status == 200


@pytest.mark.parametrize(
    "login, password",
    [
        ("ann@visionlabs.ai", "wrong"),
        ("ann@visionlabs.ai", ""),
        ("ann@visionlabs.ai", "canary-ann-password-93aa "),
        ("ann@visionlabs.ai", "Canary-ann-password-93aa"),
        ("nobody@visionlabs.ai", "canary-ann-password-93aa"),
        ("", "canary-ann-password-93aa"),
        ("bob@visionlabs.ai:canary", "bob:password e8ff"),
    ],
)
def test_wrong_login_or_password(proxy, login, password):
    answer = proxy.ask("GET", "/streams", credentials=basic(login, password))
    if login == "bob@visionlabs.ai:canary":
        assert answer.status == 200  # The first colon splits; later ones belong to the password.
        return
    assert_error(answer, 401, 41006)
    assert challenges(answer) == {"basic"}
    assert proxy.origin.requests == []


@pytest.mark.parametrize(
    "value",
    ["Basic", "Basic ", "Basic !!!!", "Basic YW5u", "Basic YW5u=", "Basic ====", "Basic YW 5u", "Basic YTpi YTpi"],
)
def test_unreadable_basic(proxy, value):
    answer = proxy.ask("GET", "/streams", credentials=("Authorization", value))
    assert_error(answer, 401, 11065)
    assert "basic" in challenges(answer)
    assert proxy.origin.requests == []


def test_control_characters_in_login_or_password_are_refused(proxy, accounts):
    ann = accounts.ann
    for password in (ann.password + "\0", ann.password + "\n", "\x01" + ann.password, ann.password + "\x7f"):
        answer = proxy.ask("GET", "/streams", credentials=encoded(f"{ann.login}:{password}".encode()))
        assert answer.status == 401, repr(password)
    answer = proxy.ask("GET", "/streams", credentials=encoded(f"{ann.login}\0:{ann.password}".encode()))
    assert answer.status == 401
    assert proxy.origin.requests == []


def forged(token: str, kind: str) -> str:
    """A token that isn't ours, of one kind."""
    head, claims, signature = token.split(".")

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    def sign(head: str, claims: str, key: bytes) -> str:
        digest = hmac.new(key, f"{head}.{claims}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    other = claims[:-4] + ("AAAA" if claims[-4:] != "AAAA" else "BBBB")
    none = part({"alg": "none", "typ": "JWT"})
    return {
        "signature changed": f"{head}.{claims}.{'B' if signature[0] != 'B' else 'C'}{signature[1:]}",
        "signature cut": f"{head}.{claims}.{signature[:-2]}",
        "signature empty": f"{head}.{claims}.",
        "no signature": f"{head}.{claims}",
        "four parts": f"{token}.{signature}",
        "claims changed": f"{head}.{other}.{signature}",
        "alg none": f"{none}.{claims}.",
        "alg none, signed": f"{none}.{claims}.{signature}",
        "alg None": f"{part({'alg': 'None'})}.{claims}.",
        "another key": f"{head}.{claims}.{sign(head, claims, b'guess')}",
        "empty key": f"{head}.{claims}.{sign(head, claims, b'')}",
        "alg HS512": f"{part({'alg': 'HS512', 'typ': 'JWT'})}.{claims}.{signature}",
        "padding": f"{head}.{claims}.{signature}=",
        "not base64": "a.b!.c",
        "dots": "..",
        "opaque": "abcdef",
        "twice": f"{token} {token}",
        "head first": f"{claims}.{head}.{signature}",
    }[kind]


FORGERIES = ["signature changed", "signature cut", "signature empty", "no signature", "four parts", "claims changed"]
FORGERIES += ["alg none", "alg none, signed", "alg None", "another key", "empty key", "alg HS512", "padding"]
FORGERIES += ["not base64", "dots", "opaque", "twice", "head first"]


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_corrupted_token(proxy, accounts, kind):
    answer = proxy.ask("GET", "/streams", credentials=bearer(forged(accounts.ann.tokens["view"], kind)))
    assert_error(answer, 401, 11062)
    assert challenges(answer) == {"bearer"}
    assert proxy.origin.requests == []


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "bearer  "])
def test_an_empty_bearer(proxy, value):
    answer = proxy.ask("GET", "/streams", credentials=("Authorization", value))
    assert_error(answer, 401, 11062)
    assert proxy.origin.requests == []


@pytest.mark.parametrize("value", ["", " ", "Digest username=x", "Negotiate abc", "Token abc", "Basic:abc", "Basicabc"])
def test_an_empty_or_unknown_authorization_is_present_all_the_same(proxy, accounts, value):
    """It decides, not the account header beside it."""
    beside = [("Luna-Account-Id", accounts.ann.account_id)]
    answer = proxy.ask("GET", "/streams", beside, credentials=("Authorization", value))
    assert_error(answer, 401, 11065)
    assert challenges(answer)
    assert proxy.origin.requests == []


def test_authorization_wins_over_the_account_header(proxy, accounts):
    beside = [("Luna-Account-Id", accounts.bob.account_id)]
    assert proxy.ask("GET", "/streams", beside, credentials=accounts.ann.basic).status == 200
    assert account_seen(proxy) == [accounts.ann.account_id]
    proxy.origin.forget()
    assert proxy.ask("GET", "/streams", beside, credentials=basic(accounts.ann.login, "no")).status == 401
    assert proxy.origin.requests == []


@pytest.mark.parametrize("name", ["Authorization", "Luna-Account-Id"])
@pytest.mark.parametrize("is_same", [True, False])
def test_two_of_them_are_400(proxy, accounts, name, is_same):
    if name == "Authorization":
        first, second = accounts.ann.basic, accounts.ann.basic if is_same else bearer(accounts.ann.tokens["view"])
    else:
        first = ("Luna-Account-Id", accounts.ann.account_id)
        second = first if is_same else ("luna-account-id", accounts.bob.account_id)
    answer = proxy.ask("GET", "/streams", [second], credentials=first)
    assert answer.status == 400
    assert proxy.origin.requests == []


@pytest.mark.parametrize(
    "name", ["Luna_Account_Id", "Luna.Account.Id", "Luna-Account_Id", "LunaAccountId", "HTTP_LUNA_ACCOUNT_ID"]
)
def test_aliases_of_the_account_header_are_no_credentials(proxy, accounts, name):
    answer = proxy.ask("GET", "/streams", credentials=(name, accounts.ann.account_id))
    assert answer.status in (400, 401)
    assert proxy.origin.requests == []


def test_credentials_in_the_query_are_none(proxy, accounts):
    token = accounts.ann.tokens["view"]
    answer = proxy.ask("GET", f"/streams?access_token={token}&Authorization=Bearer%20{token}", credentials=None)
    assert_error(answer, 401, 11065)


def test_wrong_credentials_on_an_open_route_do_not_matter(proxy):
    assert proxy.ask("GET", "/version", credentials=basic("nobody@visionlabs.ai", "x")).status == 200


def test_a_connection_is_not_a_credential(proxy):
    """Each request on a connection is judged by itself."""
    with proxy.connect() as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        connection.ask("GET", route("/streams"))
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert [connection.read_answer().status for _ in range(3)] == [200, 401, 200]


def test_an_expired_token(start_proxy):
    proxy = start_proxy(EchoOrigin())
    person = create_account(proxy.folder, "eve@visionlabs.ai", "canary-eve-password")
    expiry = (datetime.now(timezone.utc) + timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    _, token = create_token(proxy.folder, person.login, VERBS, "--expires", expiry)

    # The proxy takes up the new token within a second; it lives two seconds at least.
    eventually(lambda: proxy.status_for(bearer(token)) == 200, 2, "a token that is still good")
    eventually(lambda: proxy.status_for(bearer(token)) == 401, 5, "the end of the token")
    answer = proxy.ask("GET", "/streams", credentials=bearer(token))
    assert_error(answer, 401, 41007)
    assert challenges(answer) == {"bearer"}
