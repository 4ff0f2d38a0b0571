"""X-Forwarded-For of trusted proxies: whom log, turns and Luna-Streams take for the client, and who can't forge it."""

from __future__ import annotations

import json

import pytest

from access_log import line_of
from origins import EchoOrigin
from proxy_process import run_command
from vocabulary import route

CLIENT = "192.0.2.7"
TRUSTED = ["127.0.0.2", "10.0.0.0/8"]


def ask(proxy, fields: "list[tuple[str, str]]", source: str = "127.0.0.2"):
    """What Luna-Streams saw of the request, and the address in the log."""
    with proxy.connect(source=source) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials, *fields])
        answer = connection.read_answer()
    assert answer.status == 200, answer
    seen = proxy.origin.requests[-1].fields
    line = line_of(proxy, answer.fields.one("Luna-Request-Id"))
    return seen, line["client"]


@pytest.fixture
def own(start_proxy):
    return start_proxy(EchoOrigin(), TRUSTED_PROXIES=TRUSTED)


def test_the_client_is_whom_a_trusted_proxy_names(own):
    fields = [("X-Forwarded-For", f"1.1.1.1, {CLIENT}, 10.0.0.9"), ("X-Forwarded-Proto", "https")]
    seen, client = ask(own, [*fields, ("X-Forwarded-Host", "cameras.example")])
    assert client == CLIENT
    assert seen.all("X-Forwarded-For") == [f"{CLIENT}, 10.0.0.9, 127.0.0.2"]
    assert seen.all("X-Forwarded-Proto") == ["https"]
    assert seen.all("X-Forwarded-Host") == ["cameras.example"]


def test_of_anybody_else_nothing_is_believed(own):
    fields = [("X-Forwarded-For", CLIENT), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example")]
    seen, client = ask(own, fields, source="127.0.0.1")
    assert client == "127.0.0.1"
    assert seen.all("X-Forwarded-For") == ["127.0.0.1"]
    assert seen.all("X-Forwarded-Proto") == ["http"]
    assert seen.all("X-Forwarded-Host") != ["evil.example"]


@pytest.mark.parametrize("value", ["unknown", "_hidden", "x", f"{CLIENT}, 10.0.0.1 x", "[::1", "1.2.3.4.5"])
def test_what_can_not_be_read_leaves_the_proxy_s_own_address(own, value):
    seen, client = ask(own, [("X-Forwarded-For", value)])
    assert client == "127.0.0.2"
    assert seen.all("X-Forwarded-For") == ["127.0.0.2"]


def test_a_host_that_is_none_is_not_passed_on(own):
    seen, _ = ask(own, [("X-Forwarded-Host", "a b"), ("X-Forwarded-Proto", "gopher")])
    assert seen.all("X-Forwarded-Host") != ["a b"]
    assert seen.all("X-Forwarded-Proto") == ["http"]


def test_each_request_of_a_connection_is_its_own_client_s(own):
    with own.connect(source="127.0.0.2") as connection:
        for client in (CLIENT, "2001:db8::7", "192.0.2.8"):
            connection.ask("GET", route("/streams"), [own.credentials, ("X-Forwarded-For", client)])
            answer = connection.read_answer()
            assert line_of(own, answer.fields.one("Luna-Request-Id"))["client"] == client
        connection.ask("GET", route("/streams"), [own.credentials])
        answer = connection.read_answer()
        assert line_of(own, answer.fields.one("Luna-Request-Id"))["client"] == "127.0.0.2"


def test_a_proxy_s_address_is_that_of_many(start_proxy):
    """`connections_per_address` bounds clients, and not the balancer that has them all."""
    proxy = start_proxy(EchoOrigin(), workers=1, TRUSTED_PROXIES=TRUSTED, LIMITS={"connections_per_address": 1})
    connections = [proxy.connect(source="127.0.0.2") for _ in range(3)]
    for connection in connections:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert connection.read_answer().status == 200
    for connection in connections:
        connection.close()


def test_a_reload_changes_whom_to_believe(own):
    with own.connect(source="127.0.0.2") as connection:
        for trusted, expected in (([], "127.0.0.2"), (TRUSTED, CLIENT)):
            own.change_settings(TRUSTED_PROXIES=trusted)
            own.reload()
            connection.ask("GET", route("/streams"), [own.credentials, ("X-Forwarded-For", CLIENT)])
            answer = connection.read_answer()
            assert line_of(own, answer.fields.one("Luna-Request-Id"))["client"] == expected


def test_check_and_explain_know_them(own):
    config = str(own.folder / "config.json")
    checked = run_command("check", "--config", config)
    assert checked.returncode == 0 and "behind 127.0.0.2, 10.0.0.0/8" in checked.stdout
    words = ["explain", "--config", config, "--json", "--request", "GET /6/plugins/luna-streams/version"]
    words += ["--header", f"X-Forwarded-For: 1.1.1.1, {CLIENT}"]
    for peer, client, proxy in (("10.1.2.3", CLIENT, "10.1.2.3"), ("11.0.0.1", "11.0.0.1", None)):
        request = json.loads(run_command(*words, "--peer", peer).stdout)["request"]
        assert (request["client"], request["trusted_proxy"]) == (client, proxy)
    assert json.loads(run_command(*words).stdout)["request"]["client"] is None
    assert run_command(*words, "--peer", "x").returncode == 64


@pytest.mark.parametrize(
    "settings, says",
    [
        ({"TRUSTED_PROXIES": "10.0.0.0/8"}, "must be an array of networks"),
        ({"TRUSTED_PROXIES": ["10.0.0.1/8"]}, "TRUSTED_PROXIES[0]: found \"10.0.0.1/8\"; must be the network's first address"),
        ({"TRUSTED_PROXIES": ["::/129", "x", 5]}, "TRUSTED_PROXIES[2]: found 5"),
        ({"PROXY_PROTOCOL": "accept"}, "PROXY_PROTOCOL: found \"accept\"; needs TRUSTED_PROXIES"),
        ({"PROXY_PROTOCOL": "on", "TRUSTED_PROXIES": ["::1"]}, 'must be "off" or "accept"'),
    ],
)
def test_what_is_no_network_is_told(own, settings, says):
    own.change_settings(**settings)
    done = run_command("check", "--config", str(own.folder / "config.json"))
    assert done.returncode == 78 and says in done.stderr, done.stderr
