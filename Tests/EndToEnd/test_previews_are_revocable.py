"""A preview or a tunnel lasts no longer than the right to watch: it is decided on again while it runs (section 4)."""

from __future__ import annotations

import datetime
import json
import time
from dataclasses import dataclass
from typing import Callable

import pytest

from accounts import VERBS, Person, basic, bearer, create_account, create_token
from bytestream import Incomplete
from guarded import Guarded
from origins import GuardedStreamsOrigin
from proxy_process import command
from test_upgrade import UPGRADE
from vocabulary import assert_error, route
from wire import Connection, eventually

#: Seconds between two decisions, as the settings of these tests say.
REVIEW = 0.5
#: A change of the accounts is seen within a second; the rest is for a busy machine.
SOON = 1.5
PASSWORD = "canary-of-a-viewer"


class Watching:
    """A preview or a tunnel that runs. Pictures are read only when `goes_on` or `is_cut` does."""

    def __init__(self, guarded: Guarded, stream: str, credentials, upgrades: bool = False, **options) -> None:
        self.guarded = guarded
        self.upgrades = upgrades
        self.connection: Connection = guarded.proxy.connect(**options)
        fields = guarded.fields(UPGRADE if upgrades else (), credentials)
        self.connection.ask("GET", route(f"/streams/{stream}/preview/handler/live"), fields)
        head, _ = self.connection.read_final_head()
        assert head.status == (101 if upgrades else 200), head
        self.request_id = head.fields.one("Luna-Request-Id")
        self.pieces = None if upgrades else self.connection.content(head).pieces()
        #: The number of the connection at the origin.
        (self.upstream,) = [
            request.connection
            for request in guarded.origin.clients
            if "/live" in request.target and request.fields.one("Luna-Request-Id") == self.request_id
        ]

    def goes_on(self, count: int = 5) -> None:
        """More of it comes."""
        for _ in range(count):
            if self.upgrades:
                self.connection.send(b"ping")
                assert self.connection.stream.read_exactly(4) == b"ping"
            else:
                assert next(self.pieces)

    def is_cut(self, within: float) -> float:
        """It ends within so many seconds, on both sides and not as if it were complete; gives the seconds."""
        begin = time.monotonic()
        while True:
            assert time.monotonic() - begin < within, f"it runs on after {within} s"
            try:
                if self.upgrades:
                    self.connection.send(b"ping")
                    if not self.connection.stream.read_some():
                        break
                else:
                    next(self.pieces)
            except (Incomplete, ConnectionError):
                break  # A StopIteration would be an end like any other: that fails.
        took = time.monotonic() - begin
        self.guarded.origin.wait_for_cut(self.upstream, 2)
        self.connection.close()
        return took


@pytest.fixture
def guarded(start_proxy, accounts) -> Guarded:
    return cutting(start_proxy, accounts)


def cutting(start_proxy, accounts, **options) -> Guarded:
    origin = GuardedStreamsOrigin(pictures=None, **options)
    return Guarded(start_proxy, accounts, origin=origin, plugin={"live-review": REVIEW})


@dataclass
class Viewer:
    """Somebody with a token or a password, and a stream to watch."""

    person: Person
    token_id: str
    token: "tuple[str, str]"
    stream: str


def viewer(guarded: Guarded, kind: str = "user", visibility: str = "account", *options: str) -> Viewer:
    """A new account with a token; the stream is its own, or bob's where it has the wider view."""
    person = create_account(guarded.proxy.folder, "viewer@visionlabs.ai", PASSWORD, kind)
    options += ("--visibility-area", visibility)
    token_id, token = create_token(guarded.proxy.folder, person.login, VERBS, *options)
    eventually(lambda: guarded.proxy.status_for(bearer(token)) == 200, SOON, "the token to work")
    stream = guarded.foreign if kind != "user" else guarded.origin.add(person.account_id)
    return Viewer(person, token_id, bearer(token), stream)


def update(guarded: Guarded, *words: str, password: "str | None" = None) -> None:
    command(guarded.proxy.folder, *words, password=password)


def delete_token(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "token", "delete", "--token-id", who.token_id)


def take_the_verb(guarded: Guarded, who: Viewer) -> None:
    permissions = json.dumps({"streams": ["creation", "modification", "deletion"]})
    update(guarded, "token", "update", "--token-id", who.token_id, "--permissions", permissions)


def expire(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "token", "update", "--token-id", who.token_id, "--expires", "2001-01-01T00:00:00Z")


def delete_account(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "account", "delete", "--login", who.person.login)


def downgrade(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "account", "update", "--login", who.person.login, "--type", "user")


def narrow(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "token", "update", "--token-id", who.token_id, "--visibility-area", "account")


def change_password(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "account", "update", "--login", who.person.login, password="canary-another-word")


@dataclass
class Revocation:
    """What ends it, of whom, by which credentials they came, and the code of the reason."""

    act: Callable[[Guarded, Viewer], None]
    kind: str
    visibility: str
    by: str
    code: int


REVOCATIONS = {
    "token deleted": Revocation(delete_token, "user", "account", "token", 41005),
    "verb taken": Revocation(take_the_verb, "user", "account", "token", 11059),
    "token made to end": Revocation(expire, "user", "account", "token", 41007),
    "account deleted, by token": Revocation(delete_account, "user", "account", "token", 41005),
    "account deleted, by password": Revocation(delete_account, "user", "account", "basic", 41006),
    "account deleted, by header": Revocation(delete_account, "user", "account", "header", 11065),
    "downgraded, by wide token": Revocation(downgrade, "advanced_user", "all", "token", 11062),
    "downgraded, by password": Revocation(downgrade, "admin", "account", "basic", 11063),
    "downgraded, by header": Revocation(downgrade, "advanced_user", "account", "header", 11063),
    "token narrowed": Revocation(narrow, "advanced_user", "all", "token", 11063),
    "password changed": Revocation(change_password, "user", "account", "basic", 41006),
}


def credentials_of(who: Viewer, by: str) -> "tuple[str, str]":
    return {"token": who.token, "basic": who.person.basic, "header": ("Luna-Account-Id", who.person.account_id)}[by]


@pytest.mark.parametrize("upgrades", [False, True], ids=["preview", "tunnel"])
@pytest.mark.parametrize("name", REVOCATIONS)
def test_it_ends_with_the_right_to_watch(guarded, name, upgrades):
    revocation = REVOCATIONS[name]
    who = viewer(guarded, revocation.kind, revocation.visibility)
    watching = Watching(guarded, who.stream, credentials_of(who, revocation.by), upgrades)
    other = Watching(guarded, guarded.mine, guarded.credentials, upgrades)
    third = Watching(guarded, guarded.foreign, guarded.root.basic)
    for one in (watching, other, third):
        one.goes_on()
    revocation.act(guarded, who)
    watching.is_cut(REVIEW + SOON)
    for one in (other, third):
        one.goes_on(50)
    # The reason is told, with the request's id and code and nothing that is secret; of the others nothing is.
    eventually(lambda: watching.request_id in guarded.proxy.text, 2, "the reason in the log")
    (line,) = [line for line in guarded.proxy.output if watching.request_id in line]
    assert str(revocation.code) in line, line
    for one in (other, third):
        assert one.request_id not in guarded.proxy.text
        one.connection.close()
    for secret in (PASSWORD, who.token[1].split()[1], who.person.basic[1].split()[1], "canary"):
        assert secret not in guarded.proxy.text


@pytest.mark.parametrize("upgrades", [False, True], ids=["preview", "tunnel"])
def test_it_ends_when_the_token_does(guarded, upgrades):
    """No file changes: only the review can notice."""
    end = int(time.time()) + 4
    text = datetime.datetime.fromtimestamp(end, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = viewer(guarded, "user", "account", "--expires", text)
    watching = Watching(guarded, who.stream, who.token, upgrades)
    watching.is_cut(within=8)
    assert end - 0.1 <= time.time() <= end + REVIEW + 0.7
    assert_error(guarded.ask("GET", "/streams", credentials=who.token), 401, 41007)


def test_a_viewer_who_does_not_read_is_cut_as_well(start_proxy, accounts):
    guarded = cutting(start_proxy, accounts, interval=0.001, size=200_000)
    who = viewer(guarded)
    watching = Watching(guarded, who.stream, who.token, receive_buffer=4096)
    upstream = guarded.origin.connections[watching.upstream]
    time.sleep(0.5)  # Long enough for every buffer to be full; nothing depends on it but how hard the test is.
    delete_token(guarded, who)
    guarded.origin.wait_until(upstream.ended.is_set, REVIEW + SOON, "the end of the preview")
    watching.connection.close()


def test_what_changes_nothing_for_the_viewer_cuts_nothing(guarded):
    who = viewer(guarded, "advanced_user", "all")
    own = guarded.origin.add(who.person.account_id)
    narrow_id, narrow_token = create_token(guarded.proxy.folder, who.person.login, ("view",))
    eventually(lambda: guarded.proxy.status_for(bearer(narrow_token)) == 200, SOON)
    watching = [
        Watching(guarded, who.stream, who.token),
        Watching(guarded, who.stream, who.token, upgrades=True),
        Watching(guarded, who.stream, who.person.basic),
        Watching(guarded, own, bearer(narrow_token)),
    ]
    folder = guarded.proxy.folder
    other = create_account(folder, "passing@visionlabs.ai", PASSWORD)
    token_id, _ = create_token(folder, other.login, VERBS)
    file = folder / "accounts.json"
    for change in (
        lambda: update(guarded, "token", "delete", "--token-id", token_id),
        lambda: update(guarded, "account", "update", "--login", other.login, password="canary-new"),
        lambda: update(guarded, "account", "delete", "--login", other.login),
        lambda: update(guarded, "account", "update", "--login", who.person.login, "--type", "admin"),
        lambda: update(guarded, "token", "update", "--token-id", who.token_id, "--description", "x"),
        lambda: update(
            guarded, "token", "update", "--token-id", who.token_id, "--permissions", '{"streams": ["view"], "x": 1}'
        ),
        # Another service's file, half written: what was good stays in force.
        lambda: file.write_text(file.read_text()[:-10]) and None,
    ):
        change()
        begin = time.monotonic()
        while time.monotonic() - begin < REVIEW + 0.6:
            for one in watching:
                one.goes_on(1)
    assert all(one.request_id not in guarded.proxy.text for one in watching)
    for one in watching:
        one.connection.close()


def test_a_password_does_not_matter_to_a_token(guarded):
    who = viewer(guarded)
    by_token = Watching(guarded, who.stream, who.token)
    by_password = Watching(guarded, who.stream, who.person.basic)
    change_password(guarded, who)
    by_password.is_cut(REVIEW + SOON)
    by_token.goes_on(100)
    # The new one is as good as the old one was.
    again = basic(who.person.login, "canary-another-word")
    eventually(lambda: guarded.proxy.status_for(again) == 200, SOON)
    Watching(guarded, who.stream, again).goes_on()


def test_the_right_that_ends_before_the_preview_begins(guarded):
    """Luna-Streams takes its time: by the time it answers, the viewer may no longer watch."""
    who = viewer(guarded)
    guarded.origin.may_show.clear()
    connections = []
    for upgrades in (False, True):
        connection = guarded.proxy.connect()
        fields = guarded.fields(UPGRADE if upgrades else (), who.person.basic)
        connection.ask("GET", route(f"/streams/{who.stream}/preview/handler/live"), fields)
        connections.append(connection)
    guarded.origin.wait_until(lambda: len(guarded.origin.clients) == 2)
    change_password(guarded, who)
    eventually(lambda: guarded.proxy.status_for(who.person.basic) == 401, SOON)
    guarded.origin.may_show.set()
    for connection in connections:
        begin = time.monotonic()
        while True:
            try:
                if not connection.stream.read_some():
                    break
            except ConnectionError:
                break
            assert time.monotonic() - begin < REVIEW + SOON
        connection.close()


@pytest.mark.parametrize("act, code", [(change_password, 41006), (delete_account, 41006)])
def test_the_right_that_ends_while_the_owner_is_asked_for(guarded, act, code):
    who = viewer(guarded)
    assert guarded.proxy.status_for(who.person.basic) == 200
    guarded.origin.hold_questions()
    with guarded.proxy.connect() as connection:
        fields = guarded.fields(credentials=who.person.basic)
        connection.ask("GET", route(f"/streams/{who.stream}/preview/handler/live"), fields)
        guarded.origin.wait_until(lambda: guarded.origin.questions)
        act(guarded, who)
        eventually(lambda: guarded.proxy.status_for(who.person.basic) == 401, SOON)
        guarded.origin.release_questions()
        assert_error(connection.read_answer(), 401, code)
    assert [request for request in guarded.origin.clients if "/live" in request.target] == []


def test_by_default_it_ends_within_ten_seconds(start_proxy, accounts):
    """Without the setting; a change of the accounts needs no review to be noticed."""
    guarded = Guarded(start_proxy, accounts, origin=GuardedStreamsOrigin(pictures=None))
    who = viewer(guarded)
    watching = Watching(guarded, who.stream, who.token)
    delete_token(guarded, who)
    watching.is_cut(10)


def test_many_previews_of_one_token_end_together(guarded):
    who = viewer(guarded)
    watching = [Watching(guarded, who.stream, who.token) for _ in range(40)]
    staying = [Watching(guarded, guarded.mine, guarded.credentials) for _ in range(5)]
    delete_token(guarded, who)
    begin = time.monotonic()
    for one in watching:
        one.is_cut(REVIEW + SOON)
    assert time.monotonic() - begin < REVIEW + SOON + 1
    for one in staying:
        one.goes_on(20)
        one.connection.close()


def test_previews_end_without_separation_too(start_proxy, accounts):
    origin = GuardedStreamsOrigin(pictures=None)
    guarded = Guarded(start_proxy, accounts, origin=origin, isolation=0, plugin={"live-review": REVIEW})
    who = viewer(guarded)
    watching = Watching(guarded, guarded.foreign, who.token)
    watching.goes_on()
    delete_token(guarded, who)
    watching.is_cut(REVIEW + SOON)
