"""Attempts to reach another account's streams by credentials, fields, queries and ids: all of them fail (section 4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import urllib.parse

import pytest

from accounts import VERBS, basic, bearer, create_account, create_token
from guarded import ITEM_ROUTES, JSON, Guarded
from proxy_process import command
from test_upgrade import UPGRADE
from vocabulary import VERB, assert_error, route
from wire import eventually, request_bytes

CONTENT = b'{"name": "x"}'


@pytest.fixture(scope="module")
def guarded(start_module_proxy, accounts) -> Guarded:
    return Guarded(start_module_proxy, accounts)


def content_of(method: str) -> "bytes | None":
    return CONTENT if method in ("POST", "PUT") else None


# Credentials.


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


# Tokens.


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


# Queries.


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
    + ["account_id={bob}#", "x=%", "x=%zz", "x=%u0041", "x\\y", "x=\xe9", "x=\x7f"],
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
    "query", ["", "?", "&", "&&", "=", "?account_id", "x=1&&", "account%255Fid={bob}", "ACCOUNT_ID={bob}", "account_id%5B%5D={bob}"]
    + ["x=account_id={bob}", "x=%26account_id={bob}", "x%26account_id={bob}", "x=%3Baccount_id={bob}", "+account_id={bob}"],
)
def test_bulk_requests_always_carry_the_filter(guarded, query):
    """Read by the usual rules, what reaches Luna-Streams names the own account and no other."""
    bob = guarded.bob.account_id
    for method, path in (("GET", "/streams"), ("DELETE", "/streams"), ("DELETE", "/streams/logs"), ("HEAD", "/streams/count")):
        answer = guarded.ask(method, f"{path}?{query.format(bob=bob)}" if query else path)
        assert answer.status == (204 if method == "DELETE" else 200)
        came = guarded.only()
        pairs = urllib.parse.parse_qsl(came.target.partition("?")[2], keep_blank_values=True)
        assert [value for name, value in pairs if name == "account_id"] == [guarded.ann.account_id], came.target
        assert came.target.startswith(f"/1{path}?{query.format(bob=bob)}")


def test_an_absolute_target_changes_nothing(guarded):
    for target in ("http://127.0.0.1:1/1/streams", f"http://h{route('/streams')}?account_id={guarded.bob.account_id}"):
        answer = guarded.send(request_bytes("DELETE", target, guarded.fields()))
        assert answer.status in (400, 403, 404) and guarded.origin.clients == []


# Ids.


def test_foreign_ids_on_every_item_route(guarded):
    for method, tail in ITEM_ROUTES:
        for stream in (guarded.foreign, guarded.foreign.upper(), guarded.absent):
            answer = guarded.ask(method, f"/streams/{stream}{tail}", [JSON], content_of(method))
            guarded.refused(answer, 404, 39001, method=method)
        answer = guarded.ask(method, f"/streams/{guarded.mine.upper()}{tail}", [JSON], content_of(method))
        assert answer.status == (204 if method == "DELETE" else 200)
        assert guarded.only().target == f"/1/streams/{guarded.mine}{tail}"


def test_a_foreign_stream_looks_exactly_like_an_absent_one(guarded):
    """In every byte but the id, the time and the request id; and the same is asked of Luna-Streams, as often."""
    for method, tail in ITEM_ROUTES:
        answers, questions = [], []
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
    "query, content", [("?x;y", CONTENT), ("?account_id=x", CONTENT), ("", b"{"), ("", b"[]"), ("", b'{"account_id": 1}')]
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
    """What a stream was remembered as (absent) doesn't outlive the moment: no longer than the contract's few seconds."""
    guarded = Guarded(start_proxy, accounts)
    stream = guarded.absent
    assert_error(guarded.ask("GET", f"/streams/{stream}"), 404, 39001)
    guarded.origin.owners[stream] = guarded.bob.account_id
    eventually(lambda: guarded.ask("GET", f"/streams/{stream}", credentials=guarded.bob.basic).status == 200, 3)
    guarded.refused(guarded.ask("GET", f"/streams/{stream}"), 404, 39001)
