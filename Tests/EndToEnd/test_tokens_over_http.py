"""`/6/tokens` and `/6/account`: an account looks after its own tokens over HTTP, by its password (section 4)."""

from __future__ import annotations

import json
import uuid

import pytest

from accounts import VERBS, Person, basic, bearer, create_account, create_token
from origins import EchoOrigin
from messages import Answer
from proxy_process import run_command
from vocabulary import assert_error, challenges
from wire import chunked, eventually, request_bytes

JSON = ("Content-Type", "application/json")
#: The contract says a second; the rest is for a busy machine.
SOON = 1.5
#: Keys that are other services' business, with all that JSON has.
CUSTOM = {"face": ["creation", "matching"], "emit_events": {"black_list": [], "white_list": [str(uuid.uuid4())]}}
CUSTOM = {**CUSTOM, "resources": [None, True, 1.5, -0.0, "\u00e9\n\U0001f600", {"": {}}], "Streams": "not ours", "x" * 64: 1}


class Desk:
    """A proxy before an echo, and the people who ask it for tokens."""

    def __init__(self, start_proxy) -> None:
        self.proxy = start_proxy(EchoOrigin(), account_header=1)
        self.eve = self.person("eve@visionlabs.ai", "user")
        self.zoe = self.person("zoe@visionlabs.ai", "advanced_user")

    def person(self, login: str, kind: str) -> Person:
        person = create_account(self.proxy.folder, login, f"canary-password-of-{login}", kind)
        eventually(lambda: self.proxy.status_for(person.basic) == 200, SOON, "the account to work")
        return person

    def ask(self, method: str, path: str, value=None, credentials=True, fields=(), content=None) -> Answer:
        """A request with `value` as JSON, or with `content` as it is; by eve unless told otherwise."""
        field = self.eve.basic if credentials is True else credentials
        fields = [*([field] if field else []), *fields]
        if value is not None:
            content = json.dumps(value).encode()
            fields.append(JSON)
        with self.proxy.connect() as connection:
            connection.ask(method, path, fields, content)
            return connection.read_answer()

    def create(self, value=None, credentials=True, **changes) -> "dict[str, str]":
        """A new token; gives the answer's content."""
        answer = self.ask("POST", "/6/tokens", value or {"permissions": {"streams": ["view"]}, **changes}, credentials)
        assert answer.status == 201, answer
        return answer.json()

    def becomes(self, token: str, status: int, method: str = "GET") -> None:
        """Every worker gives the token that status within a second."""
        eventually(lambda: self.proxy.status_for(bearer(token), method) == status, SOON, f"{status} for the token")


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
    made = desk.create(expiration_time="2001-01-01T00:00:00Z")
    field = bearer(made["token"])
    # Until the proxy knows the token it is an unknown one: 401 as well.
    eventually(lambda: desk.proxy.ask("GET", "/streams", credentials=field).code == 41007, SOON, "the token to be known")
    assert desk.ask("PATCH", made["url"], {"expiration_time": None}).status == 204
    desk.becomes(made["token"], 200)
    assert desk.ask("PATCH", made["url"], {"expiration_time": "2001-01-01T00:00:00+03:00"}).status == 204
    desk.becomes(made["token"], 401)


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
    for query in ("page=0", "page=-1", "page=x", "page=", "page", "page=1.0", "page=+1", "page_size=0", "page_size=101"):
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
        assert made["token_id"] not in desk.ask("GET", "/6/tokens?page_size=100", credentials=credentials).content.decode()
    assert desk.ask("GET", made["url"], credentials=desk.zoe.basic).json()["permissions"] == {"streams": ["view"]}


PATHS = [("/6/tokens", ("GET", "HEAD", "POST")), ("/6/tokens/{}", ("GET", "HEAD", "PUT", "PATCH", "DELETE"))]
PATHS.append(("/6/account", ("GET", "HEAD")))
REQUESTS = [(path, method) for path, methods in PATHS for method in methods]


@pytest.mark.parametrize("path, method", REQUESTS)
def test_only_by_password(desk, accounts, path, method):
    made = desk.create()
    path = path.format(made["token_id"])
    value = {"permissions": {"streams": list(VERBS)}} if method in ("POST", "PUT", "PATCH") else None
    _, own = create_token(desk.proxy.folder, desk.eve.login, VERBS)
    desk.becomes(own, 200)
    for credentials in (bearer(own), bearer(accounts.root.tokens["all"]), ("Luna-Account-Id", desk.eve.account_id)):
        assert_error(desk.ask(method, path, value, credentials), 403, 11064, method=method)
    for credentials, code in (
        (None, 11065),
        (basic(desk.eve.login, "wrong"), 41006),
        (basic("nobody@visionlabs.ai", desk.eve.password), 41006),
        (bearer("a.b.c"), 11062),
        (("Authorization", "Digest x"), 11065),
    ):
        answer = desk.ask(method, path, value, credentials)
        assert_error(answer, 401, code, method=method)
        assert challenges(answer)
    assert desk.ask("GET", made["url"]).json()["permissions"] == {"streams": ["view"]}


def test_what_a_token_may_not_be(desk):
    made = desk.create()
    for value, status, code in (
        ({"permissions": {"streams": ["view", "matching"]}}, 400, 12022),
        ({"permissions": {"streams": ["View"]}}, 400, 12022),
        ({"permissions": {"streams": "view"}}, 400, 12022),
        ({"permissions": {"streams": [["view"]]}}, 400, 12022),
        ({"permissions": ["streams"]}, 400, 12022),
        ({"permissions": None}, 400, 12022),
        ({"permissions": {}, "visibility_area": "everybody"}, 400, 12022),
        ({"permissions": {}, "visibility_area": None}, 400, 12022),
        ({"permissions": {}, "visibility_area": "all"}, 403, 11062),
        ({"permissions": {}, "expiration_time": "tomorrow"}, 400, 12022),
        ({"permissions": {}, "expiration_time": 4102444800}, 400, 12022),
        ({"permissions": {}, "expiration_time": "2100-02-30T00:00:00Z"}, 400, 12022),
        ({"permissions": {}, "description": "x" * 129}, 400, 12022),
        ({"permissions": {}, "description": 5}, 400, 12022),
        ({"permissions": {}, "account_id": desk.zoe.account_id}, 400, 12022),
        ({"permissions": {}, "token_id": str(uuid.uuid4())}, 400, 12022),
        ({"permissions": {"x": "y" * 9000}}, 400, 12022),
        ([], 400, 12022),
        ("permissions", 400, 12022),
    ):
        for method, path in (("POST", "/6/tokens"), ("PUT", made["url"]), ("PATCH", made["url"])):
            assert_error(desk.ask(method, path, value), status, code)
    assert_error(desk.ask("POST", "/6/tokens", {}), 400, 12022)
    assert desk.ask("GET", made["url"]).json()["permissions"] == {"streams": ["view"]}


def test_the_wider_view_is_for_who_has_it(desk):
    made = desk.create({"permissions": {"streams": ["view"]}, "visibility_area": "all"}, desk.zoe.basic)
    desk.becomes(made["token"], 200)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{}{}", b"\xef\xbb\xbf{}", b'{"permissions": {}, "permissions": {}}', b"[" * 10_000, b'{"a": "\xff"}']
    + [b'{"permissions": {"x": ' + b"[" * 40 + b"]" * 40 + b"}}", '{"permissions": {}}'.encode("utf-16")],
)
def test_content_that_is_not_good_json(desk, content):
    made = desk.create()
    for method, path in (("POST", "/6/tokens"), ("PUT", made["url"]), ("PATCH", made["url"])):
        assert_error(desk.ask(method, path, fields=[JSON], content=content), 400, 12022, 12027)


@pytest.mark.parametrize("value", [None, "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"])
def test_content_of_another_type(desk, value):
    fields = [] if value is None else [("Content-Type", value)]
    assert_error(desk.ask("POST", "/6/tokens", fields=fields, content=b'{"permissions": {}}'), 400, 12017)


def test_too_much_content(desk):
    content = b'{"permissions": {}}' + b" " * ((1 << 20) - 19)
    assert desk.ask("POST", "/6/tokens", fields=[JSON], content=content).status == 201
    assert_error(desk.ask("POST", "/6/tokens", fields=[JSON], content=content + b" "), 413, 12046)
    head = request_bytes("POST", "/6/tokens", [desk.eve.basic, JSON, ("Transfer-Encoding", "chunked")])
    with desk.proxy.connect() as connection:
        connection.send(head + chunked(content, b" ")[:-5])
        assert_error(connection.read_answer("POST"), 413, 12046)
    with desk.proxy.connect() as connection:
        connection.send(head + chunked(content[:10], content[10:19]))
        assert connection.read_answer("POST").status == 201


def test_expect_continue(desk):
    fields = [JSON, ("Expect", "100-continue"), ("Content-Length", "19")]
    with desk.proxy.connect() as connection:
        connection.send(request_bytes("POST", "/6/tokens", [desk.eve.basic, *fields]))
        assert connection.read_head().status == 100
        connection.send(b'{"permissions": {}}')
        assert connection.read_answer("POST").status == 201
    with desk.proxy.connect() as connection:
        connection.send(request_bytes("POST", "/6/tokens", [basic(desk.eve.login, "wrong"), *fields]))
        answer = connection.read_answer("POST")
        assert_error(answer, 401, 41006)
        assert answer.interim == []


def test_head_is_get_without_content(desk):
    for path in ("/6/tokens", desk.create()["url"], "/6/account"):
        get, head = desk.ask("GET", path), desk.ask("HEAD", path)
        assert head.status == 200
        assert head.fields.one("Content-Length") == str(len(get.content))


def test_options_and_other_methods(desk):
    for path, methods in PATHS:
        path = path.format(uuid.uuid4())
        answer = desk.ask("OPTIONS", path, credentials=None)
        assert answer.status == 204
        assert set(answer.fields.options("Allow")) == {method.lower() for method in (*methods, "OPTIONS")}
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} - set(methods):
            answer = desk.ask(method, path, content=b"{}" if method in ("POST", "PUT", "PATCH") else None)
            assert_error(answer, 405, 12021)
            assert set(answer.fields.options("Allow")) == {name.lower() for name in (*methods, "OPTIONS")}


def test_paths_beside_them(desk):
    token_id = desk.create()["token_id"]
    for path in ("/6/tokens/", "/6/tokens/x", f"/6/tokens/{token_id}/", f"/6/tokens/{token_id}x", "/6/token", "/6/account/"):
        assert_error(desk.ask("GET", path), 404, 12013)
    for path in (f"/6/tokens/%2e%2e/{token_id}", "/6/tokens%2f", f"/6//tokens/{token_id}", f"/6/plugins/luna-streams/6/tokens"):
        assert desk.ask("GET", path).status in (400, 404)
    assert desk.ask("GET", f"/6/tokens/{token_id.upper()}").status == 200


def test_nothing_of_it_goes_upstream(desk):
    desk.proxy.origin.forget()
    made = desk.create()
    desk.ask("PATCH", made["url"], {"description": "x"})
    desk.ask("GET", "/6/account")
    assert desk.proxy.origin.requests == []


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
    page = desk.ask("GET", "/6/tokens?page_size=100", credentials=person.basic).json()
    assert {record["token_id"] for record in page["tokens"]} == made
    assert page["tokens_count"] == count + 5


def test_a_file_that_cannot_be_used(start_proxy):
    """500, nothing pretended; and the file's trouble is told to the operator, not to the client."""
    desk = Desk(start_proxy)
    file = desk.proxy.folder / "accounts.json"
    good = file.read_text()
    file.write_text('{"canary-of-the-file": ')
    answer = desk.ask("POST", "/6/tokens", {"permissions": {}})
    assert_error(answer, 500, 11042)
    assert "canary" not in answer.content.decode() and "accounts.json" not in answer.content.decode()
    eventually(lambda: "accounts.json" in desk.proxy.text, SOON, "a word on the file")
    file.write_text(good)
    eventually(lambda: desk.ask("POST", "/6/tokens", {"permissions": {}}).status == 201, SOON, "the file's repair")


def test_new_tokens_are_never_printed(start_proxy):
    desk = Desk(start_proxy)
    tokens = [desk.create()["token"] for _ in range(3)]
    desk.ask("POST", "/6/tokens?token=canary-query", {"description": "canary-description", "permissions": {"x": "canary-x"}, "canary-name": 1})
    desk.ask("POST", "/6/tokens", fields=[JSON], content=b'{"canary-broken')
    desk.proxy.stop()
    for secret in (*tokens, *(token.split(".")[2] for token in tokens), "canary", desk.eve.password, desk.eve.basic[1]):
        assert secret not in desk.proxy.text
