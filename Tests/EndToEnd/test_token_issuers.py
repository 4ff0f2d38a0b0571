"""Tokens of other issuers (TOKEN_ISSUERS): keys and signatures of the openssl command, claims by configured names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import time
from pathlib import Path

import pytest

from access_log import line_of
from accounts import bearer
from origins import EchoOrigin
from proxy_process import run_command, settings
from vocabulary import STREAM, VERB, assert_error, challenges

ACCOUNT = "0a5f9c1e-2b7d-4f0e-9d57-3c1f7c2b9a10"
SECRET = b"canary-shared-secret-of-issuer-5a"
ISSUERS = ("rsa", "certificate", "ec", "shared")


def openssl(*arguments: "str | Path", data: bytes = b"") -> bytes:
    """What the openssl command prints."""
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=True).stdout


def encoded(data: "bytes | str | dict") -> str:
    """Base 64 for URLs, without padding; a dictionary as JSON."""
    if isinstance(data, dict):
        data = json.dumps(data)
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(der: bytes) -> bytes:
    """r and s, 32 bytes each, of a DER signature on P-256."""
    assert der[0] == 0x30 and der[2] == 0x02
    split = 4 + der[3]
    assert der[split] == 0x02
    return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (der[4:split], der[split + 2 :]))


class Keys:
    """Key pairs in a folder, made by the openssl command, and tokens signed with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("rsa", "certificate", "stranger"):
            options = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
            openssl("genpkey", *options, "-out", folder / f"{name}.key")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", folder / "ec.key")
        for name in ("rsa", "ec"):
            openssl("pkey", "-in", folder / f"{name}.key", "-pubout", "-out", folder / f"{name}.pem")
        openssl(
            *("req", "-x509", "-key", folder / "certificate.key", "-subj", "/CN=issuer", "-days", "1"),
            *("-out", folder / "certificate.pem"),
        )
        point = openssl("pkey", "-in", folder / "ec.key", "-pubout", "-outform", "DER")[-64:]
        self.ec_jwk = {"kty": "EC", "crv": "P-256", "x": encoded(point[:32]), "y": encoded(point[32:])}

    def write_public(self, folder: Path) -> None:
        """Puts what the proxy needs into its folder."""
        for name in ("rsa", "certificate"):
            (folder / f"{name}.pem").write_bytes((self.folder / f"{name}.pem").read_bytes())
        (folder / "ec.json").write_text(json.dumps({"keys": [{"kid": "ec-1", "use": "sig", **self.ec_jwk}]}))

    def signature(self, key: str, text: str) -> bytes:
        """Over SHA-256, as JWS has it."""
        if key == "shared":
            return hmac.new(SECRET, text.encode(), hashlib.sha256).digest()
        made = openssl("dgst", "-sha256", "-sign", self.folder / f"{key}.key", data=text.encode())
        return raw_signature(made) if key == "ec" else made

    def token(self, key: str, claims: dict, header: "dict | None" = None) -> str:
        """A JWT; `key` names the key pair and, where no header is given, the header for it."""
        headers = {"ec": {"alg": "ES256", "kid": "ec-1"}, "shared": {"alg": "HS256"}}
        header = header or {"typ": "JWT", **headers.get(key, {"alg": "RS256"})}
        text = f"{encoded(header)}.{encoded(claims)}"
        return f"{text}.{encoded(self.signature(key, text))}"


def claims(issuer: str, **changes: object) -> dict:
    """Those that the issuer's settings look for, with four verbs; None leaves a claim out."""
    now = int(time.time())
    scope = " ".join(f"streams:{verb}" for verb in sorted(set(VERB.values())))
    value = {"iss": f"https://{issuer}.example", "aud": ["x", "streams"], "exp": now + 600, "iat": now}
    value |= {"https://luna/account": ACCOUNT, "scope": scope, **changes}
    return {name: claim for name, claim in value.items() if claim is not None}


def issuers() -> "list[dict]":
    """One for each kind of key."""
    common = {
        "audience": "streams",
        "claims": {"account_id": "https://luna/account", "account_type": "role", "permissions": "scope"},
    }
    keys = {
        "rsa": ("RS256", {"file": "rsa.pem"}),
        "certificate": ("RS256", {"file": "certificate.pem"}),
        "ec": ("ES256", {"file": "ec.json"}),
        "shared": ("HS256", {"jwk": {"kty": "oct", "k": encoded(SECRET)}}),
    }
    return [
        {"name": name, "issuer": f"https://{name}.example", "algorithm": algorithm, "keys": [key], **common}
        for name, (algorithm, key) in keys.items()
    ]


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def issuers_proxy(start_module_proxy, keys, tmp_path_factory):
    """A proxy that trusts the four issuers; its key files are named from the root."""
    folder = tmp_path_factory.mktemp("public")
    keys.write_public(folder)
    trusted = issuers()
    for issuer in trusted:
        for key in issuer["keys"]:
            if "file" in key:
                key["file"] = str(folder / key["file"])
    return start_module_proxy(EchoOrigin(), isolation=1, TOKEN_ISSUERS=trusted)


@pytest.fixture
def proxy(issuers_proxy):
    issuers_proxy.origin.forget()
    return issuers_proxy


def ask(proxy, token: str, method: str = "GET", path: str = "/streams"):
    return proxy.ask(method, path, credentials=bearer(token))


@pytest.mark.parametrize("issuer", ISSUERS)
def test_a_token_of_each_issuer_passes(proxy, keys, issuer):
    assert ask(proxy, keys.token(issuer, claims(issuer))).status == 200
    (request,) = proxy.origin.requests
    assert request.fields.all("Luna-Account-Id") == [ACCOUNT]
    assert request.fields.all("Authorization") == []
    assert f"account_id={ACCOUNT}" in request.target


def test_our_own_tokens_pass_too(proxy, accounts):
    assert ask(proxy, accounts.ann.tokens["view"]).status == 200


@pytest.mark.parametrize("issuer", ISSUERS)
@pytest.mark.parametrize("other", ISSUERS)
def test_no_issuer_speaks_for_another(proxy, keys, issuer, other):
    if issuer == other:
        return
    assert_error(ask(proxy, keys.token(issuer, claims(other))), 401, 11062)
    assert proxy.origin.requests == []


def test_the_scope_is_what_is_permitted(proxy, keys):
    token = keys.token("rsa", claims("rsa", scope="openid streams:view"))
    assert ask(proxy, token).status == 200
    refused = ask(proxy, token, "DELETE", f"/streams/{STREAM}")
    assert_error(refused, 403, 11059)
    assert "deletion" in refused.json()["detail"]
    for none in (None, "", "view", "faces:view"):
        assert_error(ask(proxy, keys.token("rsa", claims("rsa", scope=none))), 403, 11059)


def test_the_issuer_may_name_an_account_of_ours(proxy, keys, accounts):
    """It is that account, and yet no more than the claims give: a user here, though an admin there."""
    token = keys.token("rsa", claims("rsa", **{"https://luna/account": accounts.root.account_id}))
    assert ask(proxy, token).status == 200
    (request,) = proxy.origin.requests
    assert f"account_id={accounts.root.account_id}" in request.target


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"exp": None}, 11062),
        ({"exp": "2000000000"}, 11062),
        ({"exp": 1}, 41007),
        ({"nbf": 4000000000}, 41007),
        ({"iat": 4000000000}, 41007),
        ({"nbf": "x"}, 11062),
        ({"iss": None}, 11062),
        ({"iss": "https://evil.example"}, 11062),
        ({"aud": None}, 11062),
        ({"aud": "other"}, 11062),
        ({"https://luna/account": None}, 11062),
        ({"https://luna/account": "ann"}, 11062),
        ({"role": "root"}, 11062),
        ({"scope": 7}, 11062),
    ],
)
@pytest.mark.parametrize("issuer", ["rsa", "ec"])
def test_claims_that_do_not_pass(proxy, keys, issuer, changes, code):
    answer = ask(proxy, keys.token(issuer, claims(issuer, **changes)))
    assert_error(answer, 401, code)
    assert challenges(answer) == {"bearer"}
    assert proxy.origin.requests == []


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_that_is_not_valid_yet_is_told_so(proxy, keys, claim):
    """Not that it has expired: then a client would ask for new ones for ever, and nobody would look at the clocks."""
    answer = ask(proxy, keys.token("rsa", claims("rsa", **{claim: int(time.time()) + 120})))
    assert_error(answer, 401, 41007)
    assert answer.json()["detail"] == "Token is not valid yet"
    assert 'error="invalid_token", error_description="Token is not valid yet"' in answer.fields.one("WWW-Authenticate")
    assert line_of(proxy, answer.fields.one("Luna-Request-Id"))["reason"] == "token_not_yet_valid"


@pytest.mark.parametrize("size", [8_300, 16_000, 27_000])
def test_a_token_with_many_roles_passes(proxy, keys, size):
    """Keycloak's and Azure's have 8 to 16 KB; only `request_head` bounds them, 32 KiB as it comes."""
    token = keys.token("rsa", claims("rsa", roles="r" * (size * 3 // 4 - 300)))
    assert 0.9 * size < len(token) < 1.1 * size
    assert ask(proxy, token).status == 200
    assert_error(ask(proxy, token[:-4]), 401, 11062)


def test_with_a_larger_head_a_token_may_have_60_kilobytes(start_proxy, keys):
    keys.write_public(keys.folder)
    trusted = [issuer for issuer in issuers() if issuer["name"] == "shared"]
    proxy = start_proxy(EchoOrigin(), TOKEN_ISSUERS=trusted, LIMITS={"request_head": 65535})
    token = keys.token("shared", claims("shared", roles="r" * 44_000))
    assert 59_000 < len(token) < 62_000
    assert ask(proxy, token).status == 200
    assert_error(ask(proxy, keys.token("shared", claims("shared", roles="r" * 49_200))), 431, 12046)


def forged(keys: Keys, header: dict, signature: "bytes | None" = None, secret: "bytes | None" = None) -> str:
    text = f"{encoded(header)}.{encoded(claims('rsa'))}"
    if secret is not None:
        signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{encoded(signature or b'')}"


def test_forged_tokens(proxy, keys):
    pem = (keys.folder / "rsa.pem").read_bytes()
    der = openssl("pkey", "-pubin", "-in", keys.folder / "rsa.pem", "-outform", "DER")
    good = keys.token("rsa", claims("rsa"))
    head, payload, signature = good.split(".")
    text = f"{encoded({'alg': 'ES256', 'kid': 'ec-1'})}.{encoded(claims('ec'))}"
    der_signature = openssl("dgst", "-sha256", "-sign", keys.folder / "ec.key", data=text.encode())
    attempts = [
        forged(keys, {"alg": "none"}),
        forged(keys, {"alg": "none"}, secret=b""),
        f"{encoded({'alg': 'none'})}.{payload}.",
        f"{head}.{payload}.",
        f"{head}.{payload}",
        *(forged(keys, {"alg": "HS256"}, secret=secret) for secret in (pem, pem.rstrip(), der)),
        *(forged(keys, {"alg": "RS256"}, secret=secret) for secret in (pem, pem.rstrip(), der)),
        keys.token("rsa", claims("rsa"), {"alg": "RS384"}),
        keys.token("rsa", claims("rsa"), {"alg": "HS256"}),
        keys.token("rsa", claims("rsa"), {"alg": "RS256", "kid": "unknown"}),
        keys.token("rsa", claims("rsa"), {"alg": "RS256", "crit": ["x"], "x": 1}),
        keys.token("ec", claims("ec"), {"alg": "ES256", "kid": "ec-2"}),
        keys.token("ec", claims("ec"), {"alg": "RS256", "kid": "ec-1"}),
        keys.token("stranger", claims("rsa")),
        f"{text}.{encoded(der_signature)}",
        f"{head}.{payload}.{signature[:-4]}",
        f"{head}.{payload}.{signature}AAAA",
        f"{head}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}",
        f"{head}.{encoded(claims('rsa', exp=2000000000))}.{signature}",
        f"{good}=",
        f"{good}.",
    ]
    for index, token in enumerate(attempts):
        answer = ask(proxy, token)
        assert answer.status == 401, f"attempt {index} got {answer.status}"
        assert_error(answer, 401, 11062)
    assert proxy.origin.requests == []
    assert ask(proxy, good).status == 200


def test_without_the_setting_they_are_strangers(start_proxy, keys):
    proxy = start_proxy(EchoOrigin())
    for issuer in ISSUERS:
        assert_error(ask(proxy, keys.token(issuer, claims(issuer))), 401, 11062)


def test_the_tokens_of_an_account_are_not_shown_to_a_token(proxy, keys):
    token = keys.token("rsa", claims("rsa", role="admin"))
    with proxy.connect() as connection:
        connection.ask("GET", "/6/tokens", [bearer(token)], None, "HTTP/1.1")
        answer = connection.read_answer()
    assert_error(answer, 403, 11064)


def test_check_tells_what_the_keys_are(keys, accounts, tmp_path):
    keys.write_public(tmp_path)
    file = tmp_path / "config.json"
    file.write_text(json.dumps(settings("http://127.0.0.1:1", TOKEN_ISSUERS=issuers())))
    done = run_command("check", "--config", file)
    assert done.returncode == 0, done.stderr
    for name, algorithm in (("rsa", "RS256"), ("certificate", "RS256"), ("ec", "ES256"), ("shared", "HS256")):
        assert f'{algorithm} tokens of "{name}" too, by 1 key' in done.stdout
    assert encoded(SECRET) not in done.stdout + done.stderr


def test_a_private_key_starts_nothing(keys, tmp_path):
    keys.write_public(tmp_path)
    (tmp_path / "rsa.pem").write_bytes((keys.folder / "rsa.key").read_bytes())
    file = tmp_path / "config.json"
    file.write_text(json.dumps(settings("http://127.0.0.1:1", TOKEN_ISSUERS=issuers())))
    for command in ("check", "run"):
        done = run_command(command, "--config", file)
        assert done.returncode == 78
        assert 'TOKEN_ISSUERS[0].keys[0].file: found "rsa.pem"; holds a private key' in done.stderr
