"""Attempts to pass as another account, by credentials, fields about them, and forged tokens: all of them fail."""

from __future__ import annotations

import base64
import hmac
import json
import re

import pytest

from accounts import VERBS, basic, bearer, create_account, create_token
from guarded import ITEM_ROUTES, JSON, Guarded, content_of
from proxy_process import command
from vocabulary import route
from wire import eventually, request_bytes


@pytest.fixture(scope="module")
def guarded(start_module_proxy, accounts) -> Guarded:
    return Guarded(start_module_proxy, accounts)


def test_two_authorization_fields(guarded):
    ann, bob = guarded.credentials, guarded.bob.basic
    for pair in ((ann, bob), (bob, ann), (ann, ann), (bob, bob), (ann, ("AUTHORIZATION", bob[1]))):
        guarded.refused(guarded.ask("GET", "/streams", pair, credentials=None), 400, 12046)


@pytest.mark.parametrize("separator", [", ", ",", " , ", "; "])
def test_joined_authorization(guarded, separator):
    ann, bob = guarded.credentials[1], guarded.bob.basic[1]
    for first, second, code in ((ann, bob, 11062), (bob, ann, 11065), (ann, ann, 11062), (bob, bob, 11065)):
        field = ("Authorization", first + separator + second)
        guarded.refused(guarded.ask("GET", "/streams", credentials=field), 401, code)


@pytest.mark.parametrize(
    "name", ["Luna_Account_Id", "Luna-Account_Id", "Luna_Account-Id", "Luna.Account.Id", "LUNA_ACCOUNT_ID"]
)
def test_aliases_of_the_account_header(guarded, name):
    assert guarded.ask("GET", "/streams", [(name, guarded.bob.account_id)]).status == 200
    assert name.lower() not in guarded.only().fields
    guarded.refused(guarded.ask("GET", "/streams", [(name, guarded.bob.account_id)], credentials=None), 401, 11065)


def test_the_account_header_beside_credentials_names_nobody(guarded):
    assert guarded.ask("GET", "/streams", [("Luna-Account-Id", guarded.bob.account_id)]).status == 200
    assert guarded.only().target == f"/1/streams?account_id={guarded.ann.account_id}"


def test_two_account_headers(guarded):
    ann, bob = (("Luna-Account-Id", person.account_id) for person in (guarded.ann, guarded.bob))
    for pair in ((ann, bob), (bob, ann), (ann, ann)):
        guarded.refused(guarded.ask("GET", "/streams", pair, credentials=None), 400, 12046)
    joined = ("Luna-Account-Id", f"{ann[1]}, {bob[1]}")
    guarded.refused(guarded.ask("GET", "/streams", credentials=joined), 400, 11037)


@pytest.mark.parametrize(
    "nominated",
    ["Luna-Account-Id", "luna-account-id, close", "Luna-Request-Id", "Authorization", "X-Forwarded-For", "Host"],
)
def test_a_connection_field_takes_nothing_away(guarded, nominated):
    """A field that names what we set or check changes nothing about it."""
    by_header = ("Luna-Account-Id", guarded.ann.account_id)
    for credentials in (guarded.credentials, by_header):
        answer = guarded.ask("GET", "/streams", [("Connection", nominated)], credentials=credentials)
        assert answer.status == 200
        request = guarded.only()
        assert request.target == f"/1/streams?account_id={guarded.ann.account_id}"
        assert request.fields.one("X-Forwarded-For") == "127.0.0.1"
        assert request.fields.one("Host") == guarded.origin.url[7:]


@pytest.mark.parametrize("nominated", ["Content-Length", "Transfer-Encoding"])
def test_a_connection_field_does_not_unframe_content(guarded, nominated):
    smuggled = b'{"name": "GET /1/streams HTTP/1.1"}'
    answer = guarded.ask("POST", "/streams", [JSON, ("Connection", nominated)], smuggled)
    assert answer.status == 201
    assert json.loads(guarded.only().content)["name"] == "GET /1/streams HTTP/1.1"


def test_an_authorization_of_a_mebibyte(guarded):
    for scheme in ("Basic ", "Bearer ", ""):
        data = request_bytes("GET", route("/streams"), [("Authorization", scheme + "A" * (1 << 20))])
        guarded.origin.forget()
        with guarded.proxy.connect() as connection:
            try:
                connection.send(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # It may close before it has read all of that.
            try:
                answer = connection.read_answer()
            except EOFError:
                continue
        guarded.refused(answer, 431, 12046)


def encode(value: "bytes | dict") -> str:
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signing_key(guarded: Guarded) -> bytes:
    """The proxy's own key: even with it, no other kind of signature is good."""
    (text,) = re.findall(r'"signing_key"\s*:\s*"([^"]+)"', (guarded.proxy.folder / "accounts.json").read_text())
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if set(text) & {"-", "_"} else None)


def test_confusion_of_algorithms(guarded):
    header, payload, signature = guarded.credentials[1].split()[1].split(".")
    key = signing_key(guarded)

    def signed(header: "dict[str, object]", key: bytes = key, how: str = "sha256", payload: str = payload) -> str:
        text = f"{encode(header)}.{payload}"
        return f"{text}.{encode(hmac.new(key, text.encode(), how).digest())}"

    assert guarded.ask("GET", "/streams", credentials=bearer(signed({"alg": "HS256", "typ": "JWT"}))).status == 200
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    other = encode({**claims, "account_id": guarded.bob.account_id})
    public_key = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
    for token in [
        *(f"{encode({'alg': name, 'typ': 'JWT'})}.{payload}." for name in ("none", "None", "NONE", "nOnE", "")),
        f"{encode({'alg': 'none'})}.{payload}.{signature}",
        f"{encode({'alg': 'none'})}.{payload}",
        f"{encode({'typ': 'JWT'})}.{payload}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{other}.{signature}",
        f"{header}.{payload}.{signature}.{signature}",
        f".{payload}.{signature}",
        f"{header}..{signature}",
        *(signed({"alg": name, "typ": "JWT"}) for name in ("none", "RS256", "ES256", "HS384", "hs256", "HS256 ")),
        signed({"alg": "HS384"}, how="sha384"),
        signed({"alg": "HS512"}, how="sha512"),
        signed({"alg": "HS256"}, key=b""),
        signed({"alg": "HS256"}, key=bytes(32)),
        signed({"alg": "RS256"}, key=public_key),
        signed({"alg": "HS256", "jwk": {"kty": "oct", "k": encode(b"k")}}, key=b"k"),
        signed({"alg": "HS256", "kid": "/dev/null"}, key=b""),
        signed({"alg": "HS256", "crit": ["exp"]}),
        signed({"alg": ["HS256"]}),
        signed({"alg": "HS256"}, payload=encode(b"[]")),
        signed({"alg": "HS256"}, payload=encode({**claims, "exp": "never"})),
    ]:
        answer = guarded.ask("GET", "/streams", credentials=bearer(token))
        guarded.refused(answer, 401, 11062)
    # A good signature for a token that names another account than its record does.
    guarded.refused(
        guarded.ask("GET", "/streams", credentials=bearer(signed({"alg": "HS256"}, payload=other))), 401, 41005
    )


def test_tokens_of_accounts_that_are_gone_or_less_than_they_were(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts)
    tokens = {}
    for login in ("gone@visionlabs.ai", "down@visionlabs.ai"):
        create_account(guarded.proxy.folder, login, "canary-of-one-who-goes", "advanced_user")
        tokens[login] = bearer(create_token(guarded.proxy.folder, login, VERBS, "--visibility-area", "all")[1])
        eventually(lambda: guarded.proxy.status_for(tokens[login]) == 200, 2)
    # What was decided for them is remembered by now, and must be forgotten.
    for field in tokens.values():
        assert guarded.ask("GET", f"/streams/{guarded.foreign}", credentials=field).status == 200
    command(guarded.proxy.folder, "account", "delete", "--login", "gone@visionlabs.ai")
    command(guarded.proxy.folder, "account", "update", "--login", "down@visionlabs.ai", "--type", "user")
    eventually(lambda: guarded.proxy.status_for(tokens["down@visionlabs.ai"]) == 403, 2)
    for login, status, code in (("gone@visionlabs.ai", 401, 41005), ("down@visionlabs.ai", 403, 11062)):
        for method, tail in ITEM_ROUTES:
            answer = guarded.ask(
                method, f"/streams/{guarded.foreign}{tail}", [JSON], content_of(method), credentials=tokens[login]
            )
            guarded.refused(answer, status, code, method=method)
    by_password = basic("gone@visionlabs.ai", "canary-of-one-who-goes")
    guarded.refused(guarded.ask("GET", "/streams", credentials=by_password), 401, 41006)
