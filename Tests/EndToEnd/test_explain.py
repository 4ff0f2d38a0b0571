"""`explain` says what the running proxy does: the same answers, and the same request at the origin."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from accounts import basic, bearer, create_token
from bytestream import DEADLINE
from origins import Origin, OriginConnection, RefusingOrigin
from proxy_process import ProxyProcess, command, run_command
from vocabulary import STREAM, route
from wire import HOST, eventually

FOREIGN_STREAM = "b3cd1fbc-7a1f-4a3e-9a63-21d3a6b6f9a2"
ABSENT_STREAM = "b3cd1fbc-7a1f-4a3e-9a63-21d3a6b6f9a3"
FOREIGN = "00000000-0000-4000-b000-000000000146"
JSON = ("Content-Type", "application/json")


class OwnedOrigin(Origin):
    """Knows one stream of ann's and one of somebody else's; answers 200 to everything but streams it doesn't know."""

    def __init__(self, account_id: str) -> None:
        super().__init__()
        self.owners = {STREAM: account_id, FOREIGN_STREAM: FOREIGN}

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            stream = request.target.split("?")[0].removeprefix("/1/streams").strip("/").split("/")[0]
            status, content = "200 OK", b"{}"
            if len(stream) == len(STREAM):
                content = json.dumps({"account_id": self.owners.get(stream)}).encode()
                status = "200 OK" if stream in self.owners else "404 Not Found"
            head = f"HTTP/1.1 {status}\r\nX-Origin: owned\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            connection.send(head + (b"" if request.method == "HEAD" else content))


@dataclass
class Explained:
    """What explain says, and what it printed for people."""

    value: "dict[str, Any]"
    text: str


def explain(proxy: ProxyProcess, line: str, fields: "list[tuple[str, str]]", content: "bytes | None") -> Explained:
    """Explains a request to the proxy's own settings, as JSON and as text. Credentials come from a file."""
    (proxy.folder / "fields").write_text("".join(f"{name}: {value}\n" for name, value in fields))
    words = ["explain", "--config", proxy.folder / "config.json", "--request", line]
    words += ["--header", f"@{proxy.folder / 'fields'}", "--header", f"Host: {HOST}"]
    if content is not None:
        (proxy.folder / "content").write_bytes(content)
        words += ["--content", proxy.folder / "content"]
    done = [run_command(*words, *more) for more in ((), ("--json",))]
    for one in done:
        assert one.returncode == 0, one.stderr
    return Explained(json.loads(done[1].stdout), done[0].stdout + done[1].stdout)


def ask(proxy: ProxyProcess, line: str, fields: "list[tuple[str, str]]", content: "bytes | None") -> Any:
    """Puts the same request to the running proxy."""
    lines = [line if " HTTP/" in line else f"{line} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in fields]
    if content is not None:
        lines.append(f"Content-Length: {len(content)}")
    with proxy.connect(DEADLINE) as connection:
        connection.send("\r\n".join([*lines, "", ""]).encode() + (content or b""))
        return connection.read_answer(line.split(" ")[0])


@pytest.fixture(scope="module")
def owned_proxy(start_module_proxy, accounts) -> ProxyProcess:
    """A proxy that keeps accounts apart, before an origin that knows whose its streams are."""
    return start_module_proxy(OwnedOrigin(accounts.ann.account_id), workers=1, isolation=1, account_header=1)


def requests(accounts) -> "list[tuple[str, list[tuple[str, str]], bytes | None]]":
    """Request line, fields and content of each kind of decision."""
    ann, root = accounts.ann, accounts.root
    every, view = bearer(ann.tokens["all"]), bearer(ann.tokens["view"])
    streams, one = route("/streams"), route(f"/streams/{STREAM}")
    foreign, absent = route(f"/streams/{FOREIGN_STREAM}"), route(f"/streams/{ABSENT_STREAM}")
    foreign_content = json.dumps({"account_id": FOREIGN}).encode()
    return [
        ("GET /version", [], None),
        ("GET /nowhere", [], None),
        (f"OPTIONS {streams}", [], None),
        (f"PATCH {streams}", [every], None),
        (f"GET {streams} HTTP/2.0", [every], None),
        (f"GET {streams}|", [every], None),
        (f"GET {streams}", [("X Y", "z")], None),
        (f"GET {streams}", [every, ("LUNA-STREAMS-API-VERSION", "7")], None),
        (f"GET {streams}", [], None),
        (f"GET {streams}", [every, view], None),
        (f"GET {streams}", [bearer("canary.canary.canary")], None),
        (f"GET {streams}", [basic(ann.login, "canary-wrong")], None),
        (f"GET {streams}", [("Luna-Account-Id", "canary")], None),
        (f"GET {streams}?page=2", [("Luna-Account-Id", ann.account_id), ("Accept", "*/*")], None),
        (f"GET {streams}?page=2&account_id={ann.account_id}&x", [ann.basic, ("Cookie", "canary=1")], None),
        (f"GET {streams}?account_id={FOREIGN}", [every], None),
        (f"GET {streams}?account_id={FOREIGN}", [bearer(root.tokens["all"])], None),
        (f"GET {streams}?a;b", [every], None),
        (f"DELETE {streams}", [view], None),
        (f"DELETE {streams}", [every, ("Connection", "x-gone"), ("X-Gone", "1"), ("X-Stays", "1")], None),
        (f"GET {one}", [view], None),
        (f"DELETE {one}?account_id={ann.account_id}", [every], None),
        (f"HEAD {one}/preview/handler/frame", [view], None),
        (f"GET {foreign}", [view], None),
        (f"GET {absent}/preview/handler/live", [view], None),
        (f"GET {foreign}", [root.basic], None),
        (f"DELETE {foreign}", [root.basic], None),
        (f"POST {streams}", [every, JSON], b'{"name": "a"}'),
        (f"POST {streams}", [every, JSON], foreign_content),
        (f"POST {streams}", [every], b"{}"),
        (f"POST {streams}", [every, JSON], b"[]"),
        (f"PUT {one}", [ann.basic, JSON], b'{"name": "a", "name": "b"}'),
        (f"PUT {one}", [ann.basic, JSON], b"{}"),
        ("GET /6/tokens", [every], None),
        ("GET /6/tokens?page=0", [ann.basic], None),
        ("GET /6/account", [ann.basic], None),
        ("POST /6/tokens", [ann.basic, JSON], b"{}"),
        (f"DELETE /6/tokens/{STREAM}", [ann.basic], None),
        (f"GET {route('/docs/spec')}", [bearer("canary")], None),
    ]


def test_explain_says_what_the_proxy_does(owned_proxy, accounts):
    for line, fields, content in requests(accounts):
        said = explain(owned_proxy, line, fields, content)
        owned_proxy.origin.forget()
        answer = ask(owned_proxy, line, fields, content)
        expected = said.value["answer"]
        if expected["from"] == "luna-streams":
            assert answer.fields.one("X-Origin") == "owned", f"{line}: {answer}"
            assert_same_request(said.value["upstream"], owned_proxy.origin.requests[-1])
        else:
            assert answer.fields.one("X-Origin") is None, f"{line}: {answer}"
            assert answer.status == expected["status"], f"{line}: {said.value}"
            if answer.content and answer.status >= 400:
                assert answer.json()["error_code"] == expected["error_code"], f"{line}: {said.value}"
                if expected["detail"] is not None:
                    assert answer.json()["detail"] == expected["detail"], line
            else:
                assert expected["error_code"] is None, line
        for secret in [*accounts.secrets, "canary"]:
            assert secret not in said.text, line


def assert_same_request(upstream: "dict[str, Any]", received: Any) -> None:
    """What explain says goes upstream is what came there."""
    assert upstream["method"] == received.method
    # A parameter that might be secret is shown as an ellipsis.
    assert upstream["url"].replace("…", "x").endswith(received.target)
    shown = [(field["name"], field["value"]) for field in upstream["fields"]]
    assert [name for name, _ in shown] == [name for name, _ in received.fields.lines]
    for (name, value), (_, came) in zip(shown, received.fields.lines):
        assert value is None or value.startswith("(") or value == came, name


def test_explaining_forwards_and_changes_nothing(owned_proxy, accounts):
    before = (owned_proxy.folder / "accounts.json").read_bytes()
    owned_proxy.origin.forget()
    explain(owned_proxy, f"DELETE {route('/streams')}", [accounts.ann.basic], None)
    explain(owned_proxy, "POST /6/tokens", [accounts.ann.basic, JSON], b'{"permissions": {}}')
    assert owned_proxy.origin.requests == []
    explain(owned_proxy, f"DELETE {route('/streams/' + STREAM)}", [accounts.ann.basic], None)
    assert {(request.method, request.target) for request in owned_proxy.origin.requests} == {
        ("GET", f"/1/streams/{STREAM}")
    }
    assert not any("authorization" in request.fields for request in owned_proxy.origin.requests)
    assert (owned_proxy.folder / "accounts.json").read_bytes() == before


def test_an_owner_that_can_not_be_asked(start_proxy, accounts):
    proxy = start_proxy(RefusingOrigin(), isolation=1)
    request = (f"GET {route('/streams/' + STREAM)}", [accounts.ann.basic], None)
    expected = explain(proxy, *request).value["answer"]
    assert (expected["status"], expected["error_code"]) == (502, 16)
    assert ask(proxy, *request).status == 502


def test_a_token_that_was_deleted_is_still_named(start_proxy, accounts):
    proxy = start_proxy(OwnedOrigin(accounts.ann.account_id), isolation=1)
    token_id, token = create_token(proxy.folder, accounts.ann.login, ("view",))
    command(proxy.folder, "token", "delete", "--token-id", token_id)
    request = (f"GET {route('/streams')}", [bearer(token)], None)
    said = explain(proxy, *request)
    assert said.value["caller"]["token_id"] == token_id and token not in said.text
    assert said.value["answer"]["error_code"] == 41005
    eventually(lambda: ask(proxy, *request).json().get("error_code") == 41005, 2, "the deleted token")


def test_content_and_fields_from_standard_input(owned_proxy, accounts):
    words = ["explain", "--config", owned_proxy.folder / "config.json", "--json", "--request"]
    name, value = accounts.ann.basic
    done = run_command(*words, f"GET {route('/streams')}", "--header", "@-", standard_input=f"{name}: {value}\n")
    assert json.loads(done.stdout)["caller"]["account_id"] == accounts.ann.account_id
    (owned_proxy.folder / "fields").write_text(f"{name}: {value}\nContent-Type: application/json\n")
    words += [f"POST {route('/streams')}", "--header", f"@{owned_proxy.folder / 'fields'}", "--content", "-"]
    done = run_command(*words, standard_input='{"name": "a"}')
    assert json.loads(done.stdout)["separation"]["content"] == "account_id_inserted"
