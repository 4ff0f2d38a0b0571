"""`/6/tokens` and `/6/account`: an account looks after its own tokens over HTTP, by its password (section 4)."""

from __future__ import annotations

import datetime
import json
import time
import uuid

import pytest

from accounts import VERBS, bearer, create_token
from desk import JSON, SOON, Desk
from proxy_process import run_command
from vocabulary import assert_error, challenges
from wire import eventually

#: Keys that are other services' business, with all that JSON has.
CUSTOM = {
    "face": ["creation", "matching"],
    "emit_events": {"black_list": [], "white_list": ["6d071cca-fda5-4a03-84d5-5bea65904480"]},
    "resources": [None, True, 1.5, -0.0, "\u00e9\n\U0001f600", {"": {}}],
    "Streams": "not ours",
    "x" * 64: 1,
}


@pytest.fixture(scope="module")
def desk(start_module_proxy) -> Desk:
    return Desk(start_module_proxy)


def test_creation_and_use_at_once(desk):
    answer = desk.ask("POST", "/6/tokens", {"description": "a camera", "permissions": {"streams": ["view"]}})
    assert answer.status == 201
    made = answer.json()
    assert set(made) == {"token_id", "token", "url"}
    assert str(uuid.UUID(made["token_id"])) == made["token_id"]
    assert made["url"] == answer.fields.one("Location") == f"/6/tokens/{made['token_id']}"
    # The token is shown only now: nobody on the way may keep it.
    assert "no-store" in answer.fields.options("Cache-Control")
    desk.becomes(made["token"], 200)
    desk.proxy.origin.forget()
    assert desk.proxy.ask("GET", "/streams", credentials=bearer(made["token"])).status == 200
    assert desk.proxy.origin.requests[0].fields.one("Luna-Account-Id") == desk.eve.account_id
    assert_error(desk.proxy.ask("DELETE", "/streams", credentials=bearer(made["token"])), 403, 11059)


def test_creation_is_acknowledged_once_it_is_in_the_file(desk):
    """Other programs on the same file know the token by the time the answer is there."""
    made = desk.create()
    listed = run_command("token", "list", "--config", desk.proxy.folder / "config.json")
    assert listed.returncode == 0 and made["token_id"] in listed.stdout
    assert made["token"] not in listed.stdout
    assert made["token"] not in (desk.proxy.folder / "accounts.json").read_text()


def test_a_record_holds_what_was_given_and_no_secret(desk):
    value = {
        "description": "caméra 1",
        "expiration_time": "2100-01-02T03:04:05Z",
        "visibility_area": "account",
        "permissions": {"streams": ["view", "deletion"], **CUSTOM},
    }
    made = desk.create(value)
    answer = desk.ask("GET", made["url"])
    assert answer.status == 200
    record = answer.json()
    assert set(record) == {"token_id", "account_id", "create_time", *value}
    assert {name: record[name] for name in value} == value
    assert (record["token_id"], record["account_id"]) == (made["token_id"], desk.eve.account_id)
    assert made["token"].split(".")[2] not in answer.content.decode()


def test_defaults(desk):
    record = desk.ask("GET", desk.create({"permissions": {}})["url"]).json()
    assert (record["description"], record["visibility_area"]) == ("", "account")
    assert (record["expiration_time"], record["permissions"]) == (None, {})


def test_custom_permission_keys_are_kept_through_changes(desk):
    """Byte for byte in meaning: numbers and unknown keys come back as they were given."""
    made = desk.create({"permissions": {**CUSTOM, "streams": ["view"]}})
    desk.becomes(made["token"], 200)
    assert desk.ask("PATCH", made["url"], {"description": "other"}).status == 204
    assert desk.ask("GET", made["url"]).json()["permissions"] == {**CUSTOM, "streams": ["view"]}
    exact = b'{"permissions":{"streams":[],"n":12345678901234567890.50,"e":1E+2}}'
    assert desk.ask("PATCH", made["url"], fields=[JSON], content=exact).status == 204
    shown = desk.ask("GET", made["url"]).content.replace(b" ", b"")
    assert b"12345678901234567890.50" in shown and b"1E+2" in shown
    desk.becomes(made["token"], 403)


def test_patch_changes_what_it_names(desk):
    made = desk.create({"description": "kept", "permissions": {"streams": ["creation"]}})
    desk.becomes(made["token"], 403)
    for verbs, status in ((["view"], 200), (["deletion"], 403), (list(VERBS), 200), ([], 403)):
        answer = desk.ask("PATCH", made["url"], {"permissions": {"streams": verbs}})
        assert (answer.status, answer.content) == (204, b"")
        desk.becomes(made["token"], status)
        assert desk.ask("GET", made["url"]).json()["description"] == "kept"
    assert desk.ask("PATCH", made["url"], {}).status == 204
    assert desk.ask("GET", made["url"]).json()["permissions"] == {"streams": []}


def test_put_changes_everything(desk):
    made = desk.create({"description": "x", "expiration_time": "2100-01-01T00:00:00Z", "permissions": CUSTOM})
    assert desk.ask("PUT", made["url"], {"permissions": {"streams": ["view"]}}).status == 204
    record = desk.ask("GET", made["url"]).json()
    assert (record["description"], record["expiration_time"]) == ("", None)
    assert record["permissions"] == {"streams": ["view"]}
    desk.becomes(made["token"], 200)
    assert_error(desk.ask("PUT", made["url"], {"description": "x"}), 400, 12022)


def test_an_end_can_be_set_and_moved(desk):
    def soon(seconds: int) -> str:
        moment = datetime.datetime.fromtimestamp(int(time.time()) + seconds, datetime.timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    made = desk.create(expiration_time=soon(3))
    field = bearer(made["token"])
    eventually(lambda: desk.proxy.ask("GET", "/streams", credentials=field).code == 41007, 5, "the token to end")
    assert desk.ask("PATCH", made["url"], {"expiration_time": None}).status == 204
    desk.becomes(made["token"], 200)
    assert desk.ask("PATCH", made["url"], {"expiration_time": soon(2)}).status == 204
    desk.becomes(made["token"], 200)
    eventually(lambda: desk.proxy.ask("GET", "/streams", credentials=field).code == 41007, 5, "the token to end")


def test_an_end_in_the_past_is_refused(desk):
    """Nobody means a token that never works; by the command line it may be meant, and then is said so."""
    past = "2001-01-01T00:00:00Z"
    answer = desk.ask("POST", "/6/tokens", {"permissions": {}, "expiration_time": past})
    assert_error(answer, 400, 12022)
    assert "past" in answer.json()["detail"]
    made = desk.create()
    for method, value in (("PATCH", {}), ("PUT", {"permissions": {}})):
        assert_error(desk.ask(method, made["url"], {**value, "expiration_time": past}), 400, 12022)
    assert desk.ask("GET", made["url"]).json()["expiration_time"] is None
    refused = run_command(
        "token", "create", "--login", desk.eve.login, "--permissions", "{}", "--expires", past,
        "--config", desk.proxy.folder / "config.json",
    )  # fmt: skip
    assert refused.returncode == 65 and "--allow-past" in refused.stderr
    create_token(desk.proxy.folder, desk.eve.login, ("view",), "--expires", past, "--allow-past")


def test_deletion(desk):
    made = desk.create()
    desk.becomes(made["token"], 200)
    answer = desk.ask("DELETE", made["url"])
    assert (answer.status, answer.content) == (204, b"")
    desk.becomes(made["token"], 401)
    answer = desk.proxy.ask("GET", "/streams", credentials=bearer(made["token"]))
    assert_error(answer, 401, 41005)
    assert challenges(answer) == {"bearer"}
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        value = {"permissions": {}} if method in ("PUT", "PATCH") else None
        assert_error(desk.ask(method, made["url"], value), 404, 41005)


def test_pages(desk):
    person = desk.person("pages@visionlabs.ai", "user")
    assert desk.ask("GET", "/6/tokens", credentials=person.basic).json() == {"tokens": [], "tokens_count": 0}
    made = [desk.create(credentials=person.basic, description=str(number))["token_id"] for number in range(23)]

    def page(query: str) -> "list[str]":
        answer = desk.ask("GET", f"/6/tokens{query}", credentials=person.basic)
        assert answer.status == 200, answer
        assert answer.json()["tokens_count"] == 23
        return [record["token_id"] for record in answer.json()["tokens"]]

    assert page("") == page("?page=1") == page("?page=1&page_size=10") == made[:10]
    assert page("?page=3") == made[20:]
    assert page("?page_size=100") == made
    assert page("?page=2&page_size=20&x=y") == made[20:]
    assert page("?p%61ge=2&page%5Fsize=20") == made[20:]
    assert page("?page=4") == page("?page=1000000&page_size=100") == []
    for query in (
        "page=0",
        "page=-1",
        "page=x",
        "page=",
        "page",
        "page=1.0",
        "page=+1",
        "page_size=0",
        "page_size=101",
    ):
        assert_error(desk.ask("GET", f"/6/tokens?{query}", credentials=person.basic), 400, 12012)
    for query in ("page=1&page=2", "page_size=1&page%5Fsize=2", "page=99999999999999999999"):
        assert_error(desk.ask("GET", f"/6/tokens?{query}", credentials=person.basic), 400, 12012)


def test_the_account(desk):
    for person in (desk.eve, desk.zoe):
        answer = desk.ask("GET", "/6/account", credentials=person.basic)
        assert answer.status == 200
        value = answer.json()
        assert (value["account_id"], value["login"]) == (person.account_id, person.login)
        assert value["account_type"] == person.type
        assert set(value) == {"account_id", "login", "account_type", "description", "create_time"}


def test_anothers_token_is_not_there(desk, accounts):
    """For every method, in the very answer of a token that doesn't exist; an administrator is no exception."""
    made = desk.create(credentials=desk.zoe.basic)
    for credentials in (desk.eve.basic, accounts.root.basic):
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
            value = {"permissions": {"streams": list(VERBS)}} if method in ("PUT", "PATCH") else None
            answers = [
                desk.ask(method, path, value, credentials) for path in (made["url"], f"/6/tokens/{uuid.uuid4()}")
            ]
            for answer in answers:
                assert_error(answer, 404, 41005, method=method)
            assert answers[0].content == answers[1].content
        assert (
            made["token_id"] not in desk.ask("GET", "/6/tokens?page_size=100", credentials=credentials).content.decode()
        )
    assert desk.ask("GET", made["url"], credentials=desk.zoe.basic).json()["permissions"] == {"streams": ["view"]}


def test_many_changes_at_once_are_all_kept(desk):
    """Requests of many connections, side by side with the command line: nobody's change is lost."""
    person = desk.person("many@visionlabs.ai", "user")
    count = 24
    content = json.dumps({"permissions": {"streams": ["view"]}}).encode()
    connections = [desk.proxy.connect() for _ in range(count)]
    for connection in connections:
        connection.ask("POST", "/6/tokens", [person.basic, JSON], content)
    by_command = [create_token(desk.proxy.folder, person.login, ("view",))[0] for _ in range(5)]
    answers = [connection.read_answer() for connection in connections]
    for connection in connections:
        connection.close()
    assert {answer.status for answer in answers} == {201}
    made = {answer.json()["token_id"] for answer in answers} | set(by_command)


    def listed() -> "tuple[set[str], int]":
        page = desk.ask("GET", "/6/tokens?page_size=100", credentials=person.basic).json()
        return {record["token_id"] for record in page["tokens"]}, page["tokens_count"]

    # What the command line has changed is known when the proxy has looked at the file again.
    eventually(lambda: listed() == (made, count + 5), 10, "the tokens of both")
