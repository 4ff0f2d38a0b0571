"""What a refusal tells the client's software: WWW-Authenticate by RFC 7617 and RFC 6750, and who acts on it."""

from __future__ import annotations

import asyncio
import subprocess

import aiohttp
import httpx
import pytest
import requests

from accounts import basic, bearer, create_account, create_token
from origins import EchoOrigin
from proxy_process import command
from vocabulary import assert_error
from wire import eventually

BASIC = 'Basic realm="login:password", charset="UTF-8"'
BEARER = 'Bearer realm="token"'
#: Cyrillic, an accent, a colon, and a character beyond 16 bits.
PASSWORD = "пароль:é\N{GRINNING FACE}-canary"

#: Gives login and password to whoever asks, by both of Java's own clients; what it prints are the two statuses.
JAVA = """
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Client {
    public static void main(String[] arguments) throws Exception {
        String[] given = new String(System.in.readAllBytes(), "UTF-8").split("\\n");
        Authenticator login = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(given[1], given[2].toCharArray());
            }
        };
        HttpClient client = HttpClient.newBuilder().authenticator(login).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(given[0])).build();
        System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        HttpURLConnection old = (HttpURLConnection) new URL(given[0]).openConnection();
        old.setAuthenticator(login);
        System.out.println(old.getResponseCode());
    }
}
"""


def asked(answer) -> "list[str]":
    return answer.fields.all("WWW-Authenticate")


def failed(error: str, description: str, rest: str = "") -> "list[str]":
    return [f'{BEARER}, error="{error}", error_description="{description}"{rest}']


def test_without_credentials_both_schemes_are_offered_and_nothing_is_wrong(proxy):
    for field in (None, ("Authorization", "Digest x"), ("Luna-Account-Id", "11111111-2222-4333-8444-555555555555")):
        assert asked(proxy.ask("GET", "/streams", credentials=field)) == [BASIC, BEARER]


def test_a_wrong_password_is_asked_for_again(proxy):
    assert asked(proxy.ask("GET", "/streams", credentials=basic("nobody", "wrong"))) == [BASIC]


def test_a_token_that_does_not_pass_is_named_invalid(proxy, accounts, start_proxy):
    for value, description in (
        ("x.y.z", "Specified token corrupted"),
        ("", "Specified token corrupted"),
    ):
        answer = proxy.ask("GET", "/streams", credentials=("Authorization", f"Bearer {value}"))
        assert_error(answer, 401, 11062)
        assert asked(answer) == failed("invalid_token", description)

    own = start_proxy(EchoOrigin())
    identity, token = create_token(own.folder, accounts.ann.login, ("view",))
    command(own.folder, "token", "delete", "--token-id", identity)
    eventually(lambda: own.status_for(bearer(token)) == 401, what="the proxy follows")
    answer = own.ask("GET", "/streams", credentials=bearer(token))
    assert_error(answer, 401, 41005)
    assert asked(answer) == failed("invalid_token", "Specified JWT token doesn't exist")


def test_a_token_that_permits_too_little_names_what_it_lacks(proxy, accounts):
    answer = proxy.ask("POST", "/streams", content=b"{}", credentials=bearer(accounts.ann.tokens["view"]))
    assert_error(answer, 403, 11059)
    text = "Request denied due to token restrictions, required 'creation' permission for 'streams'"
    assert asked(answer) == failed("insufficient_scope", text, ', scope="streams:creation"')


def test_a_malformed_request_says_that_it_is_the_request(proxy, accounts):
    answer = proxy.ask("GET", "/streams", [accounts.ann.basic], credentials=bearer(accounts.ann.tokens["view"]))
    assert_error(answer, 400, 12046)
    assert asked(answer) == failed("invalid_request", "more than one Authorization field")


def test_other_refusals_ask_for_nothing(proxy, accounts):
    assert asked(proxy.ask("GET", "/nowhere", credentials=None)) == []
    assert asked(proxy.ask("GET", "/streams", credentials=("Luna-Account-Id", "x"))) == []


@pytest.fixture
def own(start_proxy):
    """A proxy with an account whose password is not ASCII."""
    proxy = start_proxy(EchoOrigin())
    proxy.person = create_account(proxy.folder, "анна@example.org", PASSWORD)
    eventually(lambda: proxy.status_for(proxy.person.basic) == 200, what="the proxy follows")
    return proxy


def test_java_sends_a_password_that_is_not_ascii(own, tmp_path):
    """Its clients send Latin-1, with question marks, to whoever does not announce UTF-8."""
    (tmp_path / "Client.java").write_text(JAVA)
    given = f"{own.url}/streams\n{own.person.login}\n{own.person.password}"
    done = subprocess.run(
        ["java", "-Xshare:auto", str(tmp_path / "Client.java")], input=given.encode(), capture_output=True, timeout=120
    )
    assert done.stdout.split() == [b"200", b"200"], done.stderr[-2000:]


def test_other_clients_send_it_as_well(own):
    url = f"{own.url}/streams"
    login = f"{own.person.login}:{own.person.password}"
    for way in ("--basic", "--anyauth"):
        done = subprocess.run(
            ["curl", "-q", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", way, "-u", login, url],
            capture_output=True,
            timeout=30,
        )
        assert done.stdout == b"200", done.stderr
    encoded = (own.person.login.encode(), own.person.password.encode())
    assert requests.get(url, auth=encoded, timeout=30).status_code == 200
    with httpx.Client(trust_env=False, timeout=30) as client:
        assert client.get(url, auth=(own.person.login, own.person.password)).status_code == 200
    assert asyncio.run(aiohttp_status(url, aiohttp.BasicAuth(own.person.login, own.person.password, "utf-8"))) == 200


async def aiohttp_status(url: str, auth: aiohttp.BasicAuth) -> int:
    async with aiohttp.ClientSession(auth=auth) as session:
        async with session.get(url) as answer:
            return answer.status


def test_latin_1_is_told_that_it_is_unreadable(proxy):
    """What requests and aiohttp send where a str holds accents only; docs/operations.md says so."""
    answer = requests.get(f"{proxy.url}/streams", auth=("ann", "café"), timeout=30)
    assert answer.status_code == 401
    assert answer.json()["error_code"] == 11065
    assert answer.json()["detail"] == "the Basic credentials are unreadable"


def test_a_byte_order_mark_is_told(proxy):
    for login, password in (("\ufeffann", "password"), ("ann", "\ufeffpassword")):
        answer = proxy.ask("GET", "/streams", credentials=basic(login, password))
        assert_error(answer, 401, 11065)
        assert "byte order mark" in answer.json()["detail"]
        assert asked(answer) == [BASIC]
