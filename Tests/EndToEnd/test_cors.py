"""CORS: pages of allowed origins may read answers, errors too; everybody else gets what they got before."""

from __future__ import annotations

import pytest

from origins.canned import CannedOrigin
from origins import EchoOrigin
from proxy_process import PREFIX
from vocabulary import STREAM
from wire import request_bytes

ORIGIN = ("Origin", "https://streams.example")
CORS = {"allowed_origins": ["https://streams.example", "http://10.0.0.5:8080"], "max_age": 77}
ASKS = ("Access-Control-Request-Method", "PUT")
OURS = {
    "Access-Control-Allow-Origin": "https://streams.example",
    "Access-Control-Expose-Headers": "Luna-Request-Id, Location, Allow, Retry-After, WWW-Authenticate",
    "Vary": "Origin",
}
#: An origin that has opinions of its own.
TALKATIVE = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccess-Control-Allow-Origin: *\r\nVary: Accept\r\n"
    b"access-control-expose-headers: X-Secret\r\nAccess-Control-Allow-Credentials: true\r\n\r\n{}"
)


@pytest.fixture(scope="module")
def guarded(start_module_proxy):
    return start_module_proxy(EchoOrigin(), http={"cors": CORS})


def cors_fields(answer) -> "dict[str, str]":
    return {
        name: value
        for name, value in answer.fields.lines
        if name.lower().startswith("access-control-") or name.lower() == "vary"
    }


@pytest.mark.parametrize(
    "method, path, credentials, status",
    [
        ("GET", "/streams", True, 200),
        ("HEAD", "/streams", True, 200),
        ("GET", "/streams", None, 401),
        ("GET", "/nothing", True, 404),
        ("PUT", "/streams", True, 405),
        ("OPTIONS", "/streams", None, 204),
    ],
)
def test_an_allowed_page_reads_every_answer(guarded, method, path, credentials, status):
    answer = guarded.ask(method, path, [ORIGIN], credentials=credentials)
    assert answer.status == status
    assert cors_fields(answer) == OURS


@pytest.mark.parametrize("path", ["/version", "/healthcheck", "/plugins", "/6/tokens"])
def test_our_own_resources_are_read_too(guarded, path):
    with guarded.connect() as connection:
        connection.ask("GET", path, [ORIGIN])
        assert cors_fields(connection.read_answer()) == OURS


@pytest.mark.parametrize("fields", [[], [("Origin", "https://evil.example")], [("Origin", "null")], [ORIGIN, ORIGIN]])
def test_another_page_reads_nothing(guarded, fields):
    for credentials, status in ((True, 200), (None, 401)):
        answer = guarded.ask("GET", "/streams", fields, credentials=credentials)
        assert (answer.status, cors_fields(answer)) == (status, {"Vary": "Origin"})
    preflight = guarded.ask("OPTIONS", "/streams", [*fields, ASKS], credentials=None)
    assert (preflight.status, cors_fields(preflight)) == (204, {"Vary": "Origin"})


@pytest.mark.parametrize(
    "path, methods",
    [
        ("/streams", "GET, HEAD, POST, DELETE, OPTIONS"),
        (f"/streams/{STREAM}", "GET, HEAD, PUT, DELETE, OPTIONS"),
        ("/version", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_preflight_is_answered_without_credentials(guarded, path, methods):
    guarded.origin.forget()
    fields = [ORIGIN, ASKS, ("Access-Control-Request-Headers", "authorization, x-other")]
    answer = guarded.ask("OPTIONS", path, fields, credentials=None)
    assert answer.status == 204
    assert cors_fields(answer) == {
        "Access-Control-Allow-Origin": "https://streams.example",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Luna-Account-Id, Luna-Request-Id, "
        "LUNA-STREAMS-API-VERSION",
        "Access-Control-Max-Age": "77",
        "Vary": "Origin",
    }
    assert answer.fields.one("Luna-Request-Id")
    assert guarded.origin.requests == []


REFUSED = {
    "400 header": ("POST", "/streams", [("X Y", "1")], 400),
    "400 length": ("POST", "/streams", [("Content-Length", "1"), ("Content-Length", "2")], 400),
    "400 path": ("GET", "/streams/[1]", [], 400),
    "400 host": ("GET", "/streams", [("Host", "other")], 400),
    "413": ("POST", "/streams", [("Content-Length", str(2 << 30))], 413),
    "417": ("POST", "/streams", [("Content-Length", "5"), ("Expect", "tea")], 417),
    "431 fields": ("GET", "/streams", [("A", "b")] * 200, 431),
    "431 length": ("GET", "/streams", [("A", "b" * 5000)] * 7, 431),
    "501": ("POST", "/streams", [("Transfer-Encoding", "gzip")], 501),
}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("name", REFUSED)
def test_an_allowed_page_reads_why_its_request_was_malformed(guarded, name, is_first):
    """Wherever its origin stands in what has come of the request."""
    method, path, fields, status = REFUSED[name]
    with guarded.connect() as connection:
        all_fields = [ORIGIN, *fields] if is_first else [*fields, ORIGIN]
        connection.send(request_bytes(method, PREFIX + path, all_fields))
        answer = connection.read_answer(method)
    assert (answer.status, cors_fields(answer)) == (status, OURS)


def test_an_allowed_page_reads_that_it_was_too_slow(start_proxy):
    limits = {"request_head_timeout": 0.5}
    proxy = start_proxy(EchoOrigin(), http={"cors": CORS}, LIMITS=limits)
    with proxy.connect() as connection:
        connection.send(request_bytes("GET", PREFIX + "/streams", [ORIGIN])[:-2])
        answer = connection.read_answer("GET")
    assert (answer.status, cors_fields(answer)) == (408, OURS)


@pytest.mark.parametrize(
    "lines",
    [
        b"Origin: https://evil.example\r\n",
        b"Origin: https://streams.example\r\nOrigin: https://evil.example\r\n",
        b"Origin: https://streams.example\r\norigin: https://streams.example\r\n",
        b"Origin : https://streams.example\r\n",
        b"Origin: https://streams.example\n",
        b"X-Origin: https://streams.example\r\n",
        b"\r\nOrigin: https://streams.example\r\n",
    ],
)
def test_another_page_is_told_nothing_of_malformed_requests(guarded, lines):
    with guarded.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nX Y: 1\r\n" + lines + b"\r\n")
        answer = connection.read_answer("GET")
    assert (answer.status, cors_fields(answer)) == (400, {"Vary": "Origin"})


def test_a_preflight_for_nothing_is_404(guarded):
    answer = guarded.ask("OPTIONS", "/nothing", [ORIGIN, ASKS], credentials=None)
    assert answer.status == 404
    assert "Access-Control-Allow-Methods" not in answer.fields


def test_the_verdict_is_of_each_request_anew(guarded):
    with guarded.connect() as connection:
        for fields, wanted in (([ORIGIN], OURS), ([], {"Vary": "Origin"}), ([ORIGIN], OURS)):
            connection.ask("GET", PREFIX + "/streams", [guarded.credentials, *fields])
            assert cors_fields(connection.read_answer()) == wanted
        connection.send(b"GET / HTTP/1.1\r\nbroken\r\n\r\n")
        answer = connection.read_answer("GET")
        assert (answer.status, cors_fields(answer)) == (400, {"Vary": "Origin"})


def test_what_luna_streams_says_is_replaced(start_proxy):
    proxy = start_proxy(CannedOrigin(TALKATIVE), http={"cors": CORS})
    answer = proxy.ask("GET", "/streams", [ORIGIN])
    assert sorted(answer.fields.all("Vary")) == ["Accept", "Origin"]
    assert answer.fields.all("Access-Control-Allow-Origin") == ["https://streams.example"]
    assert "X-Secret" not in str(answer.fields) and "Access-Control-Allow-Credentials" not in answer.fields
    other = proxy.ask("GET", "/streams", [("Origin", "https://evil.example")])
    assert "Access-Control-Allow-Origin" not in other.fields


def test_off_it_changes_nothing(start_proxy):
    proxy = start_proxy(CannedOrigin(TALKATIVE))
    answer = proxy.ask("GET", "/streams", [ORIGIN])
    assert answer.fields.all("Access-Control-Allow-Origin") == ["*"]
    assert answer.fields.all("Vary") == ["Accept"]
    assert answer.fields.all("Access-Control-Allow-Credentials") == ["true"]
    assert cors_fields(proxy.ask("OPTIONS", "/streams", [ORIGIN, ASKS], credentials=None)) == {}


def test_every_page_may_read_but_not_with_the_login_of_the_browser(start_proxy):
    proxy = start_proxy(EchoOrigin(), http={"cors": {"allowed_origins": ["*"]}})
    answer = proxy.ask("GET", "/streams", [("Origin", "https://anybody.example")])
    assert cors_fields(answer) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": OURS["Access-Control-Expose-Headers"],
    }


def test_credentials_go_with_a_listed_origin(start_proxy):
    proxy = start_proxy(EchoOrigin(), http={"cors": {**CORS, "allow_credentials": 1}})
    for method, fields in (("GET", [ORIGIN]), ("OPTIONS", [ORIGIN, ASKS])):
        answer = proxy.ask(method, "/streams", fields)
        assert answer.fields.one("Access-Control-Allow-Credentials") == "true"
        assert answer.fields.one("Access-Control-Allow-Origin") == ORIGIN[1]


def test_pages_can_be_allowed_while_the_proxy_runs(start_proxy):
    proxy = start_proxy(EchoOrigin())
    assert cors_fields(proxy.ask("GET", "/streams", [ORIGIN])) == {}
    proxy.change_settings(http={"cors": CORS})
    proxy.reload()
    assert cors_fields(proxy.ask("GET", "/streams", [ORIGIN])) == OURS
