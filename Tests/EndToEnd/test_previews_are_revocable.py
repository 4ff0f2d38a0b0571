"""A preview or a tunnel lasts no longer than the right to watch: it is decided on again while it runs (section 4)."""

from __future__ import annotations

import datetime
import json
import time
from dataclasses import dataclass
from typing import Callable

import pytest

from access_log import line_of, lines_of
from accounts import VERBS, basic, bearer, create_account, create_token
from guarded import Guarded
from origins import GuardedStreamsOrigin
from test_upgrade import UPGRADE
from vocabulary import assert_error, route
from watching import PASSWORD, REVIEW, SOON, Viewer, Watching, cutting, update, viewer
from wire import eventually


@pytest.fixture
def guarded(start_proxy, accounts) -> Guarded:
    return cutting(start_proxy, accounts)


def delete_token(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "token", "delete", "--token-id", who.token_id)


def take_the_verb(guarded: Guarded, who: Viewer) -> None:
    permissions = json.dumps({"streams": ["creation", "modification", "deletion"]})
    update(guarded, "token", "update", "--token-id", who.token_id, "--permissions", permissions)


def expire(guarded: Guarded, who: Viewer) -> None:
    update(guarded, "token", "update", "--token-id", who.token_id, "--expires", "2001-01-01T00:00:00Z", "--allow-past")


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
    # The reason is told, with the request's code and nothing that is secret; of the others there is no end.
    line = line_of(guarded.proxy, watching.request_id, "end")
    assert (line["end"], line["error_code"]) == ("revoked", revocation.code), line
    for one in (other, third):
        assert not lines_of(guarded.proxy, one.request_id, "end")
        one.connection.close()
    for secret in (PASSWORD, who.token[1].split()[1], who.person.basic[1].split()[1], "canary"):
        assert secret not in guarded.proxy.text


@pytest.mark.parametrize("upgrades", [False, True], ids=["preview", "tunnel"])
def test_it_ends_when_the_token_does(start_proxy, accounts, upgrades):
    """No file changes, and the next review is far off: the token's end alone ends it."""
    guarded = Guarded(
        start_proxy, accounts, origin=GuardedStreamsOrigin(pictures=None), plugin={"live-review": 60}
    )
    end = int(time.time()) + 4
    text = datetime.datetime.fromtimestamp(end, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = viewer(guarded, "user", "account", "--expires", text)
    watching = Watching(guarded, who.stream, who.token, upgrades)
    watching.is_cut(within=8)
    assert end - 0.1 <= time.time() <= end + SOON
    assert_error(guarded.ask("GET", "/streams", credentials=who.token), 401, 41007)


def test_an_end_that_is_moved_counts(start_proxy, accounts):
    """Forward, so that it runs on, and back."""
    guarded = Guarded(
        start_proxy, accounts, origin=GuardedStreamsOrigin(pictures=None), plugin={"live-review": 60}
    )

    def text(seconds: int) -> str:
        moment = datetime.datetime.fromtimestamp(int(time.time()) + seconds, datetime.timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    who = viewer(guarded, "user", "account", "--expires", text(4))
    watching = Watching(guarded, who.stream, who.token)
    update(guarded, "token", "update", "--token-id", who.token_id, "--expires", text(60))
    begin = time.monotonic()
    while time.monotonic() - begin < 5:
        watching.goes_on(1)
    update(guarded, "token", "update", "--token-id", who.token_id, "--expires", text(2))
    watching.is_cut(within=2 + SOON + 1)


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
    assert not any(lines_of(guarded.proxy, one.request_id, "end") for one in watching)
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
        assert_error(connection.read_answer(), 401, 41006)
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
