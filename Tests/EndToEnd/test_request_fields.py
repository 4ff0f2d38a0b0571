"""Which fields reach Luna-Streams: ours always, the client's own identity never, hop-by-hop fields not at all."""

from __future__ import annotations

import pytest

from accounts import basic, bearer
from vocabulary import REQUEST_ID, route
from wire import HOST, request_bytes

REQUEST_ID_SAMPLE = "1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a"
FORGED = "99999999-9999-4999-8999-999999999999"


def fields_seen(proxy, fields=(), method="GET", content=None, path="/streams/count", credentials=True):
    """What the origin got for one request."""
    proxy.origin.forget()
    assert proxy.ask(method, path, fields, content, credentials=credentials).status == 200
    (request,) = proxy.origin.requests
    return request.fields


def test_our_own_fields(proxy, accounts):
    seen = fields_seen(proxy)
    assert seen.one("Luna-Account-Id") == accounts.root.account_id
    assert REQUEST_ID.match(seen.one("Luna-Request-Id") or "")
    assert seen.one("X-Forwarded-For") == "127.0.0.1"
    assert seen.one("X-Forwarded-Proto") == "http"
    assert seen.one("X-Forwarded-Host") == HOST
    assert seen.one("Host") == proxy.origin.url[len("http://") :]


def test_an_open_route_carries_no_account(proxy):
    seen = fields_seen(proxy, [("Luna-Account-Id", FORGED)], path="/version", credentials=None)
    assert "luna-account-id" not in seen
    assert FORGED not in str(seen)


def test_authorization_never_goes_upstream(proxy, accounts):
    for credentials in (accounts.ann.basic, bearer(accounts.ann.tokens["view"])):
        for path in ("/streams", "/version"):
            seen = fields_seen(proxy, path=path, credentials=credentials)
            assert "authorization" not in seen
            assert credentials[1].split()[1] not in str(seen)
    assert "authorization" not in fields_seen(proxy, path="/version", credentials=basic("a", "b"))


@pytest.mark.parametrize(
    "name",
    [
        "Luna_Account_Id",
        "Luna.Account.Id",
        "luna_account_id",
        "LUNA-Account_ID",
        "Luna-Account.Id",
        "X-Original-URL",
        "X-Rewrite-URL",
        "x-original-url",
        "X_Original_URL",
        "X-HTTP-Method-Override",
        "x-http-method-override",
        "X_HTTP_Method_Override",
    ],
)
def test_identity_and_override_fields_are_dropped(proxy, name):
    answer = proxy.ask("GET", "/streams/count", [(name, FORGED)])
    if answer.status == 400 and ("_" in name or "." in name):
        assert proxy.origin.requests == []  # Refusing an alias is as good as dropping it.
        return
    assert answer.status == 200
    seen = proxy.origin.requests[0].fields
    assert FORGED not in str(seen)
    assert name.lower() not in seen.names


def test_the_clients_account_id_is_replaced(proxy, accounts):
    seen = fields_seen(proxy, [("Luna-Account-Id", FORGED)])
    assert seen.all("Luna-Account-Id") == [accounts.root.account_id]


@pytest.mark.parametrize(
    "name",
    [
        "Luna-Account-Type",
        "Luna-Token-Permissions",
        "Luna-Visibility-Area",
        "luna_account_type",
        "X-Forwarded-User",
        "X-Forwarded-Ssl",
        "X-Forwarded-Scheme",
        "Remote-User",
        "REMOTE_USER",
        "True-Client-IP",
        "X-Client-IP",
        "X-Real-IP",
        "X.Real.IP",
        "Forwarded",
        "CF-Connecting-IP",
        "X-Original-Host",
        "X-Original-Method",
        "X-Host",
        "X-Auth-Request-User",
        "X_Auth_Token",
        "X-Authenticated-User",
        "X-Remote-User",
        "Content_Encoding",
    ],
)
def test_what_a_gateway_would_say_of_its_caller_is_dropped(proxy, name):
    for path in ("/streams/count", "/version"):
        seen = fields_seen(proxy, [(name, FORGED), ("X-Kept", "1")], path=path)
        assert FORGED not in str(seen)
        assert seen.one("X-Kept") == "1"


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "x-forwarded-for"])
def test_the_clients_forwarding_fields_are_replaced(proxy, name):
    seen = fields_seen(proxy, [(name, "canary.example"), (name, "10.0.0.1")])
    assert len(seen.all(name)) == 1
    assert "canary" not in str(seen) and "10.0.0.1" not in str(seen)


@pytest.mark.parametrize(
    "name", ["Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Trailer", "Upgrade", "X-Nominated", "Foo"]
)
def test_hop_by_hop_fields_end_here(proxy, name):
    fields = [
        (name, "trailers"),
        ("Connection", f"keep-alive, {name}" if name in ("X-Nominated", "Foo") else "keep-alive"),
    ]
    assert name.lower() not in fields_seen(proxy, fields).names


@pytest.mark.parametrize(
    "connection",
    [
        ["X-A, X-B"],
        ["x-a,x-b"],
        ["X-A", "X-B"],
        ["", "X-A, X-B"],
        [",, X-A ,,\tX-B ,"],
        ["close, X-A", "keep-alive, X-B"],
    ],
)
def test_every_nominated_field_is_removed(proxy, connection):
    fields = [("X-A", "1"), ("X-B", "2"), ("X-A", "3"), ("X-C", "4"), *(("Connection", value) for value in connection)]
    seen = fields_seen(proxy, fields)
    assert {"x-a", "x-b"}.isdisjoint(seen.names)
    assert seen.all("X-C") == ["4"]


@pytest.mark.parametrize(
    "protected",
    [
        "Host",
        "Content-Length",
        "Authorization",
        "Luna-Account-Id",
        "luna-account-id",
        "Luna-Request-Id",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "Transfer-Encoding",
        "LUNA-STREAMS-API-VERSION",
    ],
)
def test_nominating_a_protected_field_changes_nothing(proxy, accounts, protected):
    fields = [("Connection", f"close, {protected}"), ("LUNA-STREAMS-API-VERSION", "2")]
    fields += [("Luna-Request-Id", REQUEST_ID_SAMPLE), ("Content-Type", "application/json")]
    seen = fields_seen(proxy, fields, "POST", b'{"name": "door"}', "/streams")
    (request,) = proxy.origin.requests
    assert request.target == "/2/streams"
    assert request.content == b'{"name": "door"}'
    assert seen.one("Luna-Account-Id") == accounts.root.account_id
    assert seen.one("Luna-Request-Id") == REQUEST_ID_SAMPLE
    assert seen.one("X-Forwarded-For") == "127.0.0.1"
    assert seen.one("X-Forwarded-Host") == HOST
    assert seen.one("Host") == proxy.origin.url[len("http://") :]


def test_nominating_transfer_encoding_keeps_the_framing(proxy):
    head = request_bytes(
        "POST",
        route("/streams"),
        [proxy.credentials, ("Transfer-Encoding", "chunked"), ("Connection", "Transfer-Encoding")],
    )
    with proxy.connect() as connection:
        connection.send(head + b'7\r\n{"a":1}\r\n0\r\n\r\n' + request_bytes("GET", route("/version")))
        assert connection.read_answer().json()["content"] == '{"a":1}'
        assert connection.read_answer().status == 200
    assert [request.content for request in proxy.origin.requests] == [b'{"a":1}', b""]


def test_the_upstream_connection_is_not_the_clients(proxy):
    """`Connection: close` from a client closes that client's connection, not the pooled one behind."""
    for _ in range(2):
        seen = fields_seen(proxy, [("Connection", "close")])
        assert "close" not in seen.options("Connection")


def test_end_to_end_fields_pass_unchanged(proxy):
    fields = [
        ("Accept", "application/json, */*;q=0.1"),
        ("Accept-Encoding", "gzip, br"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Custom", "one"),
        ("x-custom", "two,  three"),
        ("If-None-Match", '"abc", W/"d"'),
        ("User-Agent", "test/1.0 (comment)"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("Range", "bytes=0-10"),
        ("X-Latin", "gr\xfc\xdfe"),
        ("X-Symbols", "!#$%&'()*+,/:;<=>?@[\\]^`{|}~\"\t|"),
    ]
    seen = fields_seen(proxy, fields, "POST", b"{}", "/streams")
    lines = [(name.lower(), value) for name, value in seen.lines]
    for name, value in fields:
        assert (name.lower(), value) in lines, name
    assert seen.all("X-Custom") == ["one", "two,  three"]
    assert seen.all("Content-Length") == ["2"]


def test_nothing_is_added_that_the_client_did_not_say(proxy):
    """libcurl's own habits (Accept, User-Agent, Expect) stay off."""
    seen = fields_seen(proxy)
    allowed = {"host", "luna-account-id", "luna-request-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    assert seen.names - allowed <= {"connection", "via"}
    assert "expect" not in fields_seen(proxy, [], "POST", b"x" * 5000, "/streams").names


def test_a_request_id_is_kept_or_made(proxy):
    assert fields_seen(proxy, [("Luna-Request-Id", REQUEST_ID_SAMPLE)]).all("Luna-Request-Id") == [REQUEST_ID_SAMPLE]
    made = fields_seen(proxy, [("Luna-Request-Id", "nonsense")]).one("Luna-Request-Id")
    assert REQUEST_ID.match(made or "")


def test_optional_space_around_values_is_not_part_of_them(proxy):
    field = ": ".join(proxy.credentials)
    with proxy.connect() as connection:
        head = f"GET {route('/streams')} HTTP/1.1\r\nHost:{HOST}\r\n{field} \t\r\nX-A:\t b c \t\r\nX-E:\r\n\r\n"
        connection.send(head.encode())
        assert connection.read_answer("GET").status == 200
    seen = proxy.origin.requests[0].fields
    assert (seen.one("X-A"), seen.one("X-E")) == ("b c", "")
